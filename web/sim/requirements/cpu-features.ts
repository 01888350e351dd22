/**
 * What each CPU generation can do: the sets behind EVC. The order and the names of the baselines are VMware's (articles 1003212 and
 * 1005764 of its knowledge base); which instructions Nehalem and Westmere add was read (Denneman, "Enhanced vMotion Compatibility",
 * 2010), all other instructions are remembered.
 */
import { CPU_GENERATIONS, type CpuGeneration, type EsxVersion } from '../../scenario/choices.ts';
import { atLeast } from '../network/stream.ts';

export type Vendor = 'intel' | 'amd';
export type Features = ReadonlySet<string>;

export const vendorOf = (cpu: CpuGeneration): Vendor => (cpu.startsWith('intel') ? 'intel' : 'amd');

/** Names as the kernel of a Linux guest lists them. What a generation adds to the one before it. */
const ADDS: Readonly<Record<CpuGeneration, string>> = {
  'intel-merom': 'lm nx sse3 ssse3 cx16',
  'intel-penryn': 'sse4_1',
  'intel-nehalem': 'sse4_2 popcnt rdtscp',
  'intel-westmere': 'aes pclmulqdq',
  'intel-sandybridge': 'avx xsave',
  'intel-ivybridge': 'f16c rdrand fsgsbase erms smep',
  'intel-haswell': 'avx2 fma bmi1 bmi2 movbe lzcnt invpcid hle rtm',
  'intel-broadwell': 'adx rdseed smap prefetchw',
  'intel-skylake': 'avx512f avx512cd avx512bw avx512dq avx512vl clflushopt clwb xsavec',
  'intel-cascadelake': 'avx512_vnni',
  'intel-icelake':
    'sha_ni gfni vaes vpclmulqdq avx512vbmi avx512_vbmi2 avx512ifma avx512_bitalg avx512_vpopcntdq rdpid',
  'intel-sapphirerapids': 'amx_tile amx_int8 amx_bf16 avx512_fp16 avx512_bf16 avx_vnni movdiri movdir64b',
  'amd-rev-e': 'lm nx sse3 3dnow',
  'amd-rev-f': 'cx16 rdtscp',
  'amd-greyhound': 'sse4a misalignsse popcnt lzcnt',
  'amd-greyhound-no3dnow': '',
  'amd-bulldozer': 'ssse3 sse4_1 sse4_2 aes pclmulqdq avx xsave fma4 xop',
  'amd-piledriver': 'fma f16c bmi1 tbm',
  'amd-steamroller': 'fsgsbase',
  'amd-zen': 'avx2 bmi2 movbe adx rdseed rdrand sha_ni smap smep clflushopt xsavec',
  'amd-zen2': 'clwb rdpid',
  'amd-zen3': 'vaes vpclmulqdq invpcid pku erms',
  'amd-zen4':
    'avx512f avx512cd avx512bw avx512dq avx512vl avx512_vnni avx512vbmi avx512_vbmi2 avx512ifma avx512_bitalg avx512_vpopcntdq avx512_bf16 gfni',
};

/** Read in a source, not remembered. */
const READ = new Set('sse4_1 sse4_2 popcnt rdtscp aes pclmulqdq'.split(' '));
export const isRead = (feature: string): boolean => READ.has(feature);

const SETS: ReadonlyMap<CpuGeneration, Features> = new Map(CPU_GENERATIONS.map((cpu) => [cpu, setOf(cpu)]));

/** Everything up to this generation of its vendor. The generation without 3DNow! takes that away for all after it. */
function setOf(cpu: CpuGeneration): Features {
  const features = new Set<string>();
  for (const one of CPU_GENERATIONS) {
    if (vendorOf(one) !== vendorOf(cpu)) continue;
    if (one === 'amd-greyhound-no3dnow') features.delete('3dnow');
    for (const name of ADDS[one].split(' ')) if (name) features.add(name);
    if (one === cpu) break;
  }
  return features;
}

export const featuresOf = (cpu: CpuGeneration): Features => SETS.get(cpu) as Features;

/** A CPU of this generation can pretend to be of that baseline: all its features are there. */
export function holds(cpu: CpuGeneration, baseline: CpuGeneration): boolean {
  return vendorOf(cpu) === vendorOf(baseline) && isSubset(featuresOf(baseline), featuresOf(cpu));
}

/** The newest baseline that all of these CPUs hold; null where their vendors differ. */
export function commonBaseline(cpus: readonly CpuGeneration[]): CpuGeneration | null {
  return CPU_GENERATIONS.findLast((one) => cpus.every((cpu) => holds(cpu, one))) ?? null;
}

export function isSubset(part: Features, whole: Features): boolean {
  for (const one of part) if (!whole.has(one)) return false;
  return true;
}

/** The newest generations each version passes on to its guests. Skylake since 6.7 was read, the rest is remembered. */
const KNOWN_BY: readonly (readonly [EsxVersion, CpuGeneration, CpuGeneration])[] = [
  ['3.5', 'intel-penryn', 'amd-rev-f'],
  ['4.0', 'intel-nehalem', 'amd-greyhound-no3dnow'],
  ['4.1', 'intel-westmere', 'amd-greyhound-no3dnow'],
  ['5.0', 'intel-sandybridge', 'amd-bulldozer'],
  ['5.1', 'intel-ivybridge', 'amd-piledriver'],
  ['5.5', 'intel-haswell', 'amd-piledriver'],
  ['6.0', 'intel-haswell', 'amd-steamroller'],
  ['6.5', 'intel-broadwell', 'amd-zen'],
  ['6.7', 'intel-cascadelake', 'amd-zen2'],
  ['7.0', 'intel-icelake', 'amd-zen2'],
  ['7.0U2', 'intel-icelake', 'amd-zen3'],
  ['8.0', 'intel-sapphirerapids', 'amd-zen4'],
];

export function knownTo(version: EsxVersion, vendor: Vendor): CpuGeneration {
  const row = KNOWN_BY.findLast(([since]) => atLeast(version, since)) ?? KNOWN_BY[0]!;
  return row[vendor === 'intel' ? 1 : 2];
}

/** The newest generations a virtual hardware version passes on. Remembered, all of it. */
const HARDWARE: readonly (readonly [number, CpuGeneration, CpuGeneration])[] = [
  [3, 'intel-penryn', 'amd-rev-f'],
  [7, 'intel-westmere', 'amd-greyhound-no3dnow'],
  [8, 'intel-sandybridge', 'amd-bulldozer'],
  [9, 'intel-ivybridge', 'amd-piledriver'],
  [11, 'intel-haswell', 'amd-steamroller'],
  [13, 'intel-broadwell', 'amd-zen'],
  [14, 'intel-cascadelake', 'amd-zen2'],
  [17, 'intel-icelake', 'amd-zen3'],
  [20, 'intel-sapphirerapids', 'amd-zen4'],
];

export function passedBy(hardwareVersion: number, vendor: Vendor): CpuGeneration {
  const row = HARDWARE.findLast(([since]) => hardwareVersion >= since) ?? HARDWARE[0]!;
  return row[vendor === 'intel' ? 1 : 2];
}

/** Newest virtual hardware a version runs (govmomi's table of ESXi versions, generated from VMware's). */
const MOST_HARDWARE: Readonly<Record<EsxVersion, number>> = {
  '3.5': 4,
  '4.0': 7,
  '4.1': 7,
  '5.0': 8,
  '5.1': 9,
  '5.5': 10,
  '6.0': 11,
  '6.5': 13,
  '6.7': 14,
  '6.7U2': 15,
  '7.0': 17,
  '7.0U1': 18,
  '7.0U2': 19,
  '8.0': 20,
  '8.0U2': 21,
  '9.0': 22,
};

export const mostHardware = (version: EsxVersion): number => MOST_HARDWARE[version];

/** The CPUID leaf and register vCenter names up to 6.0; leaf 7 came with its newer message. */
const REGISTERS: readonly (readonly [string, string])[] = [
  [
    "level 0x1 register 'ecx'",
    'sse3 pclmulqdq ssse3 fma cx16 sse4_1 sse4_2 movbe popcnt aes xsave avx f16c rdrand',
  ],
  ["level 0x80000001 register 'edx'", 'nx rdtscp lm 3dnow'],
  ["level 0x80000001 register 'ecx'", 'lzcnt sse4a misalignsse prefetchw fma4 xop tbm'],
];

export function registerOf(feature: string): string {
  const found = REGISTERS.find(([, names]) => names.split(' ').includes(feature));
  return found ? found[0] : "level 0x7 register 'ebx'";
}
