/** Requirement 1: CPU compatibility, from host CPU, BIOS, ESX version, compatibility setting and guest system. */
import type { CpuGeneration } from '../../scenario/choices.ts';
import { atLeast } from '../network/stream.ts';
import {
  commonBaseline,
  featuresOf,
  isRead,
  isSubset,
  mostHardware,
  registerOf,
  vendorOf,
} from './cpu-features.ts';
import { unable, type Rule } from './finding.ts';
import { type Fix, fix, onCluster, onHost, onVm } from './fix.ts';
import type { Move } from './move.ts';

const cpuVendor: Rule = {
  id: 'cpu-vendor',
  topic: 'CPU',
  short: 'CPU of another vendor',
  fault: 'CpuIncompatible',
  severity: 'error',
  wording: 'read',
  known: 'read',
  find(move) {
    const { vm, inventory, target } = move;
    const started = inventory.startedOn(vm);
    if (!move.isLive || !move.changesHost || vendorOf(started) === vendorOf(target.cpu)) return null;
    return {
      message: incompatible(move, "level 0x0 register 'ebx'"),
      why: `${vm.id} was started on ${cpuName(started)}, ${target.id} has ${cpuName(target.cpu)}. No baseline joins both vendors: power the VM off to move it.`,
    };
  },
};

const cpuFeatures: Rule = {
  id: 'cpu-features',
  topic: 'CPU',
  short: 'CPU lacks features the VM uses',
  fault: 'FeatureRequirementsNotMet',
  severity: 'error',
  wording: 'read',
  known: 'read',
  find(move) {
    const { vm, inventory, target } = move;
    if (!move.isLive || !move.changesHost) return null;
    const used = inventory.usedBy(vm);
    const exposed = inventory.exposedBy(target);
    if (isSubset(used, exposed) || vendorOf(inventory.startedOn(vm)) !== vendorOf(target.cpu)) return null;
    const missing = [...used].filter((one) => !exposed.has(one));
    const isNew = atLeast(target.version, '6.5');
    return {
      message: isNew
        ? unable(
            move,
            `The target host does not support the virtual machine's current hardware requirements. ${missing.map((one) => `com.vmware.vim.vmfeature.cpuid.${one.replace('_', '')}`).join(', ')}`,
          )
        : incompatible(move, registerOf(missing[0] as string)),
      wording: isNew ? 'remembered' : 'read',
      known: missing.every(isRead) ? 'read' : 'remembered',
      why: `${target.id} lacks ${missing.length} of the ${used.size} features ${vm.id} has used since it was powered on: ${missing.join(', ')}. ${because(move, missing)}`,
      fix: cpuFix(move, missing),
    };
  },
};

/** Which of the five inputs it is. */
function because({ target, inventory }: Move, missing: readonly string[]): string {
  const inCpu = featuresOf(target.cpu);
  if (missing.every((one) => inCpu.has(one) && isSwitchedOff(target.bios, one)))
    return `The CPU has them; the BIOS of ${target.id} switches them off.`;
  const evc = inventory.clusters.get(target.cluster)?.evc;
  if (missing.every((one) => inCpu.has(one)))
    return evc
      ? `The CPU has them; the EVC baseline of its cluster (${cpuName(evc)}) hides them.`
      : `The CPU has them; ESX ${target.version} does not pass them on.`;
  return `Its CPU is ${cpuName(target.cpu)}.`;
}

function isSwitchedOff(bios: Move['target']['bios'], feature: string): boolean {
  return (feature === 'nx' && !bios.nx) || (feature === 'aes' && !bios.aes);
}

function cpuFix(move: Move, missing: readonly string[]): Fix | null {
  const { vm, source, target, inventory } = move;
  if (missing.every((one) => isSwitchedOff(target.bios, one)))
    return fix(
      `Switch ${missing.join(' and ')} on in the BIOS of ${target.id}`,
      onHost(target.id, ({ bios }) => ({
        bios: { ...bios, nx: bios.nx || missing.includes('nx'), aes: bios.aes || missing.includes('aes') },
      })),
    );
  const inCpu = featuresOf(target.cpu);
  if (missing.every((one) => inCpu.has(one)) && !atLeast(target.version, source.version))
    return fix(
      `Update ${target.id} to ESX ${source.version}`,
      onHost(target.id, () => ({ version: source.version })),
    );
  const baseline = commonBaseline([source.cpu, target.cpu]);
  if (!baseline) return null;
  if (source.cluster === target.cluster) {
    const cpus = inventory.scenario.hosts
      .filter(({ cluster }) => cluster === target.cluster)
      .map(({ cpu }) => cpu);
    const evc = commonBaseline(cpus);
    if (!evc) return null;
    return fix(
      `Set EVC of ${target.cluster} to ${cpuName(evc)} and power the VM on anew`,
      onCluster(target.cluster, { evc }),
    );
  }
  // Per-VM EVC came with 6.7 and hardware version 14 (vSphere 6.7 manual).
  if (!move.bothAtLeast('6.7') || vm.hardwareVersion < 14) return null;
  return fix(
    `Give ${vm.id} the EVC baseline ${cpuName(baseline)} and power it on anew`,
    onVm(vm.id, () => ({ evc: baseline })),
  );
}

const virtualization: Rule = {
  id: 'cpu-virtualization',
  topic: 'CPU',
  short: 'Virtualization is off in the BIOS',
  fault: 'CpuIncompatible',
  severity: 'error',
  wording: 'remembered',
  known: 'remembered',
  find(move) {
    const { vm, target } = move;
    const needs = vm.guest.endsWith('-64') || vm.guest === 'esxi';
    if (!move.isLive || !move.changesHost || target.bios.vt || !needs) return null;
    return {
      message: unable(
        move,
        'This host does not support VT-x or AMD-V, or it is disabled; a 64-bit guest cannot run.',
      ),
      why: `The guest of ${vm.id} is ${vm.guest}; VT (AMD-V) is switched off in the BIOS of ${target.id}.`,
      fix: fix(
        `Switch VT on in the BIOS of ${target.id}`,
        onHost(target.id, ({ bios }) => ({ bios: { ...bios, vt: true } })),
      ),
    };
  },
};

const hardwareVersion: Rule = {
  id: 'hardware-version',
  topic: 'CPU',
  short: 'Virtual hardware too new for the target',
  fault: 'VirtualHardwareVersionNotSupported',
  severity: 'error',
  wording: 'remembered',
  known: 'read',
  find(move) {
    const { vm, target, source } = move;
    const most = mostHardware(target.version);
    if (!move.changesHost || vm.hardwareVersion <= most) return null;
    return {
      message: unable(
        move,
        `The virtual machine's hardware version (vmx-${vm.hardwareVersion}) is not supported by the host.`,
      ),
      why: `ESX ${target.version} runs hardware up to vmx-${most}; ${vm.id} has vmx-${vm.hardwareVersion}. A compatibility setting is never lowered, so the host has to be updated.`,
      fix: fix(
        `Update ${target.id} to ESX ${source.version}`,
        onHost(target.id, () => ({ version: source.version })),
      ),
    };
  },
};

function incompatible(move: Move, where: string): string {
  return unable(
    move,
    `The CPU of the host is incompatible with the CPU feature requirements of the virtual machine; problem detected at CPUID ${where}.`,
  );
}

const NAMES: Readonly<Partial<Record<CpuGeneration, string>>> = {
  'intel-sandybridge': 'Intel Sandy Bridge',
  'intel-ivybridge': 'Intel Ivy Bridge',
  'intel-cascadelake': 'Intel Cascade Lake',
  'intel-icelake': 'Intel Ice Lake',
  'intel-sapphirerapids': 'Intel Sapphire Rapids',
  'amd-rev-e': 'AMD Opteron Gen 1',
  'amd-rev-f': 'AMD Opteron Gen 2',
  'amd-greyhound': 'AMD Opteron Gen 3',
  'amd-greyhound-no3dnow': 'AMD Opteron Gen 3 (no 3DNow!)',
  'amd-zen2': 'AMD Zen 2',
  'amd-zen3': 'AMD Zen 3',
  'amd-zen4': 'AMD Zen 4',
};

/** "Intel Ice Lake". */
export function cpuName(cpu: CpuGeneration): string {
  const [vendor, name = ''] = cpu.split('-');
  return (
    NAMES[cpu] ?? `${vendor === 'intel' ? 'Intel' : 'AMD'} ${name.charAt(0).toUpperCase()}${name.slice(1)}`
  );
}

export const CPU_RULES: readonly Rule[] = [cpuVendor, cpuFeatures, virtualization, hardwareVersion];
