/**
 * What the scenario sentence edits. A knob reads one value from a scenario and sets it in a copy; nothing else moves, except what
 * the new value would make untrue (a working set larger than the memory, "byte-exact" for a VM too large for it). All knobs turn
 * the VM that moves first, the path it takes and the policy.
 */
import { fail, ok, type Result } from '../base/result.ts';
import { GIB, MIB, NS_PER_MS, NS_PER_SECOND, PAGE_BYTES, mulDivFloor } from '../base/units.ts';
import { COMPRESSIONS, WORKLOAD_PATTERNS } from './choices.ts';
import { BYTE_EXACT_MOST_BYTES, usedBytesOf } from './memory.ts';
import {
  formatDuration,
  formatIec,
  formatLinkRate,
  formatRate,
  parseBytes,
  parseDuration,
  parseRate,
} from './quantity.ts';
import type { Network, Phase, Policy, Scenario, Vm } from './schema.ts';
import { changePath, changePolicy, changeVm, pathOf, subjectVm } from './subject.ts';

export interface KnobValues {
  workload: Phase['pattern'];
  memory: number;
  writes: number;
  workingSet: number;
  link: number;
  rtt: number;
  compression: Policy['compression'];
  goal: number;
  sdps: 'on' | 'off';
}
export type KnobId = keyof KnobValues;

export interface Knob<T extends number | string> {
  /** What a screen reader calls it. */
  readonly label: string;
  /** Empty for a choice. */
  readonly unit: string;
  /** What the arrow keys go through, in order. */
  readonly steps: readonly T[];
  readonly format: (value: T) => string;
  readonly parse: (text: string) => Result<T, string>;
  readonly get: (scenario: Scenario) => T;
  readonly set: (scenario: Scenario, value: T) => Scenario;
  /** Of a number: what may be set in this scenario. */
  readonly range: ((scenario: Scenario) => readonly [least: number, most: number]) | null;
}

type NumberKnob = Knob<number>;

function choice<T extends string>(
  label: string,
  words: Readonly<Record<T, string>>,
  steps: readonly T[],
  rest: Pick<Knob<T>, 'get' | 'set'>,
): Knob<T> {
  const parse = (text: string): Result<T, string> => {
    const wanted = text.trim().toLowerCase();
    const found = steps.find((step) => step === wanted || words[step].toLowerCase() === wanted);
    return found === undefined
      ? fail(`Choose one of ${steps.map((step) => words[step]).join(', ')}.`)
      : ok(found);
  };
  return { label, unit: '', steps, format: (value) => words[value], parse, range: null, ...rest };
}

const PATTERN_WORDS: Record<Phase['pattern'], string> = {
  idle: 'idle',
  sweep: 'page after page',
  uniform: 'evenly',
  'hot-cold': 'hot and cold pages',
  zipf: 'a few favourites',
};
/** What a guest writes that stops being idle: 10,000 pages a second, 41.0 MB/s. */
const AWAKE_WRITES_PER_SECOND = 10_000;

const workload = choice('How the guest writes', PATTERN_WORDS, WORKLOAD_PATTERNS, {
  get: (scenario) => firstPhase(scenario)?.pattern ?? 'idle',
  set: (scenario, pattern) =>
    changePhase(scenario, (phase) => {
      if (pattern === 'idle') return { ...phase, pattern, writesPerSecond: 0 };
      return { ...phase, pattern, writesPerSecond: phase.writesPerSecond || AWAKE_WRITES_PER_SECOND };
    }),
});

const memory: NumberKnob = {
  label: 'Memory of the VM',
  unit: 'GiB',
  steps: [
    64 * MIB,
    128 * MIB,
    256 * MIB,
    512 * MIB,
    ...[1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024].map((gib) => gib * GIB),
  ],
  format: formatIec,
  parse: parseBytes,
  range: () => [16 * MIB, 1024 * GIB],
  get: (scenario) => subjectVm(scenario)?.memoryBytes ?? 0,
  set: (scenario, bytes) => changeVm(scenario, (vm) => withMemory(vm, wholePages(bytes))),
};

/** A guest does not write 0 B/s, it writes nothing. */
const NOTHING = 'nothing';

const writes: NumberKnob = {
  label: 'Pages the guest writes',
  unit: 'MB/s',
  steps: [0, 1, 2, 5, 10, 20, 50, 75, 100, 150, 200, 250, 500, 1_000, 2_000, 5_000].map(
    (mb) => mb * 1_000_000,
  ),
  format: (bytesPerSecond) => (bytesPerSecond === 0 ? NOTHING : formatRate(bytesPerSecond)),
  parse: (text) => (text.trim().toLowerCase() === NOTHING ? ok(0) : parseRate(text)),
  range: () => [0, 8_192_000_000],
  get: (scenario) => writtenBytesPerSecond(firstPhase(scenario)),
  set: (scenario, bytesPerSecond) =>
    changePhase(scenario, (phase) => {
      const writesPerSecond = Math.round(bytesPerSecond / PAGE_BYTES);
      const pattern = phase.pattern === 'idle' && writesPerSecond > 0 ? 'hot-cold' : phase.pattern;
      return { ...phase, pattern, writesPerSecond };
    }),
};

const workingSet: NumberKnob = {
  label: 'Memory the writes fall on',
  unit: 'MiB',
  steps: [1, 4, 16, 32, 64, 128, 192, 256, 320, 384, 512, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536].map(
    (mib) => mib * MIB,
  ),
  format: formatIec,
  parse: parseBytes,
  range: (scenario) => [PAGE_BYTES, usedOf(scenario)],
  get: (scenario) => firstPhase(scenario)?.workingSetBytes ?? 0,
  set: (scenario, bytes) =>
    changePhase(scenario, (phase) => ({ ...phase, workingSetBytes: wholePages(bytes) })),
};

const link: NumberKnob = {
  label: 'Speed of the vMotion link',
  unit: 'Gb/s',
  steps: [0.1, 1, 2.5, 5, 10, 25, 40, 50, 100, 200, 400].map((gigabit) => gigabit * 125_000_000),
  format: formatLinkRate,
  parse: parseRate,
  range: () => [125_000, 50_000_000_000],
  get: (scenario) => pathOf(scenario)?.lineBytesPerSecond ?? 0,
  set: (scenario, bytesPerSecond) => changePath(scenario, { bytesPerSecond }),
};

/** Round trips are read in milliseconds, also the short ones inside a building: 0.2 ms. */
function formatRoundTrip(ns: number): string {
  const ms = ns / NS_PER_MS;
  if (ms <= 0 || ms >= 1) return formatDuration(ns);
  return formatDuration(NS_PER_MS).replace('1', `${Number(ms.toPrecision(3))}`);
}

const rtt: NumberKnob = {
  label: 'Round trip of the vMotion network',
  unit: 'ms',
  steps: [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 150, 200, 300].map((ms) => ms * NS_PER_MS),
  format: formatRoundTrip,
  parse: parseDuration,
  range: () => [0, 10 * NS_PER_SECOND],
  get: (scenario) => pathOf(scenario)?.network.rttNs ?? 0,
  set: (scenario, rttNs) => changePath(scenario, { network: (network: Network) => ({ ...network, rttNs }) }),
};

const COMPRESSION_WORDS: Record<Policy['compression'], string> = { off: 'off', lz4: 'LZ4', xbzrle: 'XBZRLE' };
const compression = choice('Compression of the pages', COMPRESSION_WORDS, COMPRESSIONS, {
  get: (scenario) => scenario.policy.compression,
  set: (scenario, value) => changePolicy(scenario, { compression: value }),
});

const goal: NumberKnob = {
  label: 'Switchover goal',
  unit: 'ms',
  steps: [10, 20, 50, 100, 150, 200, 300, 500, 750, 1_000, 2_000, 5_000].map((ms) => ms * NS_PER_MS),
  format: formatDuration,
  parse: parseDuration,
  range: () => [NS_PER_MS, 100 * NS_PER_SECOND],
  get: (scenario) => scenario.policy.switchoverGoalNs,
  set: (scenario, switchoverGoalNs) => changePolicy(scenario, { switchoverGoalNs }),
};

const sdps = choice<'on' | 'off'>('Stun during page send', { on: 'on', off: 'off' }, ['off', 'on'], {
  get: (scenario) => (scenario.policy.sdps ? 'on' : 'off'),
  set: (scenario, value) => changePolicy(scenario, { sdps: value === 'on' }),
});

export const KNOBS: { readonly [K in KnobId]: Knob<KnobValues[K]> } = {
  workload,
  memory,
  writes,
  workingSet,
  link,
  rtt,
  compression,
  goal,
  sdps,
};
export const KNOB_IDS = Object.keys(KNOBS) as readonly KnobId[];

export function getKnob<K extends KnobId>(scenario: Scenario, id: K): KnobValues[K] {
  return KNOBS[id].get(scenario);
}

/** A copy with this value, brought into its range. A value that is there already gives the same object back. */
export function setKnob<K extends KnobId>(scenario: Scenario, id: K, value: KnobValues[K]): Scenario {
  const knob: Knob<KnobValues[K]> = KNOBS[id];
  const wanted = typeof value === 'number' ? (clampToRange(scenario, id, value) as KnobValues[K]) : value;
  return wanted === knob.get(scenario) ? scenario : knob.set(scenario, wanted);
}

/** The nearest whole number the knob may take in this scenario. */
export function clampToRange(scenario: Scenario, id: KnobId, value: number): number {
  const range = KNOBS[id].range?.(scenario);
  if (!range) return value;
  const whole = Number.isNaN(value) ? range[0] : Math.round(value);
  return Math.max(range[0], Math.min(range[1], whole));
}

/** The next value for an arrow key; the same one at either end. Numbers between two steps go to the nearer one in that direction. */
export function stepKnob<K extends KnobId>(scenario: Scenario, id: K, direction: 1 | -1): KnobValues[K] {
  const knob: Knob<KnobValues[K]> = KNOBS[id];
  const current = knob.get(scenario);
  if (typeof current !== 'number') {
    const index = knob.steps.indexOf(current) + direction;
    return knob.steps[Math.max(0, Math.min(knob.steps.length - 1, index))] ?? current;
  }
  const steps = knob.steps as readonly number[];
  const next =
    direction > 0 ? steps.find((step) => step > current) : steps.findLast((step) => step < current);
  return (next === undefined ? current : clampToRange(scenario, id, next)) as KnobValues[K];
}

/** What someone typed into a knob: the new scenario, or a sentence that says what to type. Nothing is clamped in silence. */
export function typeKnob<K extends KnobId>(
  scenario: Scenario,
  id: K,
  text: string,
): Result<Scenario, string> {
  const knob: Knob<KnobValues[K]> = KNOBS[id];
  const range = knob.range?.(scenario);
  const parsed = knob.parse(range ? completed(text, knob as unknown as NumberKnob, scenario) : text);
  if (!parsed.ok) return parsed;
  if (id === 'workingSet' && range && (parsed.value as number) > range[1]) {
    const all = subjectVm(scenario)?.memoryBytes === range[1];
    return fail(`At most ${all ? "the VM's memory" : 'the memory in use'}, ${formatIec(range[1])}.`);
  }
  if (range && typeof parsed.value === 'number' && (parsed.value < range[0] || parsed.value > range[1])) {
    const format = knob.format as (value: number) => string;
    return fail(`Between ${format(range[0])} and ${format(range[1])}, please.`);
  }
  return ok(setKnob(scenario, id, parsed.value));
}

/** A bare number takes the unit that is on the knob; a comma before one, two or more than three digits is a decimal one. */
function completed(text: string, knob: NumberKnob, scenario: Scenario): string {
  const point = text
    .trim()
    .replace(/^(\d+),(\d{1,2}|\d{4,})(?![\d,])/, '$1.$2')
    .replace(/^0,(\d+)/, '0.$1');
  if (!/^[\d.,]*\d$/.test(point)) return point;
  const current = knob.get(scenario);
  const shown = current > 0 ? /^[\d.,]+ (\S+)$/.exec(knob.format(current))?.[1] : undefined;
  return `${point} ${shown ?? knob.unit}`;
}

function firstPhase(scenario: Scenario): Phase | undefined {
  return subjectVm(scenario)?.phases[0];
}

function writtenBytesPerSecond(phase: Phase | undefined): number {
  return phase && phase.pattern !== 'idle' ? phase.writesPerSecond * PAGE_BYTES : 0;
}

function usedOf(scenario: Scenario): number {
  const vm = subjectVm(scenario);
  return vm ? usedBytesOf(vm) : PAGE_BYTES;
}

function changePhase(scenario: Scenario, change: (phase: Phase) => Phase): Scenario {
  return changeVm(scenario, (vm) => ({
    ...vm,
    phases: vm.phases.map((phase, index) => (index === 0 ? change(phase) : phase)),
  }));
}

function wholePages(bytes: number): number {
  return Math.max(PAGE_BYTES, bytes - (bytes % PAGE_BYTES));
}

/** The used share stays, the working set shrinks where it must, and "byte-exact" holds only as far as it can be kept. */
function withMemory(vm: Vm, memoryBytes: number): Vm {
  const before = usedBytesOf(vm);
  const usedBytes =
    vm.usedBytes === 0 ? 0 : wholePages(mulDivFloor(vm.usedBytes, memoryBytes, vm.memoryBytes));
  const after = usedBytesOf({ memoryBytes, usedBytes });
  const phases = vm.phases.map((phase) => ({
    ...phase,
    workingSetBytes: Math.min(phase.workingSetBytes, after),
  }));
  return { ...vm, memoryBytes, usedBytes, phases, fidelity: fidelityFor(vm.fidelity, before, after) };
}

/** Changes only where the size crosses the border, so that a choice made on one side of it stays. */
function fidelityFor(fidelity: Vm['fidelity'], before: number, after: number): Vm['fidelity'] {
  if (fidelity === 'byte-exact' && after > BYTE_EXACT_MOST_BYTES) return 'page-exact';
  if (fidelity === 'page-exact' && before > BYTE_EXACT_MOST_BYTES && after <= BYTE_EXACT_MOST_BYTES)
    return 'byte-exact';
  return fidelity;
}
