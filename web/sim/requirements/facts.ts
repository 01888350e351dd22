/** What holds, in numbers: one line for each topic, shown where no rule of it speaks. */
import { LICENCE_NAMES } from './licences.ts';
import type { Topic } from './finding.ts';
import type { Move } from './move.ts';
import { memoryText, msText, rateText } from './words.ts';

export function factsOf(move: Move): Readonly<Record<Topic, string>> {
  const { vm, source, target, room, to, inventory, scenario } = move;
  const wan = inventory.wanOf(source, target);
  const rules = scenario.rules.filter((rule) => rule.enabled && rule.vms.includes(vm.id)).length;
  return {
    CPU: move.isLive
      ? `${target.id} has all ${inventory.usedBy(vm).size} features ${vm.id} uses.`
      : `${vm.id} is off: it takes the features it finds when it starts.`,
    'vMotion interface': interfaceFact(move),
    Storage: move.movesDisk
      ? `The disk moves from ${move.from.id} to ${to.id}.`
      : `${source.id} and ${target.id} both see ${to.id}; only the lock of the disk moves.`,
    'Port group': `"${move.nextPlug?.label ?? ''}" is on both hosts.`,
    Resources: `${vm.id} needs ${memoryText(room.neededBytes)}; ${memoryText(Math.max(0, room.freeBytes))} of ${memoryText(target.memoryBytes)} are unreserved.`,
    Licence:
      source.licence === target.licence
        ? `${LICENCE_NAMES[source.licence]} on both hosts.`
        : `${LICENCE_NAMES[source.licence]} and ${LICENCE_NAMES[target.licence]}.`,
    Distance: wan
      ? `${wan.id}: round trip ${msText(wan.rttNs)}, ${rateText(wan.bytesPerSecond)}.`
      : 'Both hosts are at one site.',
    'Layer 2': `One broadcast domain${move.plug ? ` (${move.plug.network})` : ''}; vCenter does not check this.`,
    Devices: vm.devices.length > 0 ? 'None of its devices holds it.' : 'It has no device that could hold it.',
    Rules: rules > 0 ? `${rules} of the cluster's rules are about it; all hold.` : 'No rule is about it.',
    State: `${target.id} takes VMs.`,
  };
}

function interfaceFact({ way, isLive }: Move): string {
  if (!isLive) return 'Nothing of its memory is sent.';
  if (!way) return '';
  const { length } = way.streams;
  return `${length === 1 ? 'One pair of NICs' : `${length} pairs of NICs`}, ${rateText(way.bytesPerSecond)} for memory, limited by the ${way.because}.`;
}
