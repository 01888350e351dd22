import fc from 'fast-check';
import { GIB, MIB, NS_PER_MS, PAGE_BYTES } from '../../web/base/units.ts';
import { findPreset } from '../../web/scenario/presets/index.ts';
import type { Phase, Scenario } from '../../web/scenario/schema.ts';
import type { DataPlane, Fidelity, Writes } from '../../web/sim/data-plane.ts';
import type { SimEvent } from '../../web/sim/events.ts';
import { runHeadless, testPlane, type HeadlessRun } from './run.ts';

export interface Workload {
  readonly pages: number;
  readonly linkBytesPerSecond: number;
  /** Page writes against what the link could send, in thousandths. */
  readonly pressureMilli: number;
  readonly workingSetPpm: number;
  readonly pattern: Phase['pattern'];
  readonly hotWritesPpm: number;
  readonly hotPagesPpm: number;
  readonly zipfExponentMilli: number;
  readonly zeroPpm: number;
  readonly goalMs: number;
  readonly sdps: boolean;
  readonly traceFaultNs: number;
  readonly seed: number;
}

/** VMs of at least 2^18 pages with all patterns, from idle to writing half as fast again as the link. */
export const workloads: fc.Arbitrary<Workload> = fc.record({
  pages: fc.integer({ min: 2 ** 18, max: 2 ** 20 }),
  linkBytesPerSecond: fc.constantFrom(125_000_000, 312_500_000, 1_250_000_000),
  pressureMilli: fc.integer({ min: 1, max: 1_500 }),
  workingSetPpm: fc.integer({ min: 20_000, max: 1_000_000 }),
  pattern: fc.constantFrom<Phase['pattern']>('uniform', 'hot-cold', 'zipf', 'sweep'),
  hotWritesPpm: fc.integer({ min: 500_000, max: 990_000 }),
  hotPagesPpm: fc.integer({ min: 20_000, max: 400_000 }),
  zipfExponentMilli: fc.integer({ min: 400, max: 1_300 }),
  zeroPpm: fc.constantFrom(0, 200_000, 600_000),
  goalMs: fc.constantFrom(100, 300, 500),
  sdps: fc.boolean(),
  traceFaultNs: fc.constantFrom(0, 2_000),
  seed: fc.integer({ min: 1, max: 1_000_000 }),
});

export function scenarioOf(workload: Workload, fidelity: Fidelity): Scenario {
  const base = findPreset('big-10gbe')!.scenario;
  const usedBytes = workload.pages * PAGE_BYTES;
  const workingSetBytes =
    Math.max(64, Math.floor((workload.pages * workload.workingSetPpm) / 1e6)) * PAGE_BYTES;
  const writesPerSecond = Math.floor(
    (workload.linkBytesPerSecond * workload.pressureMilli) / 1000 / PAGE_BYTES,
  );
  const { pattern, hotWritesPpm, hotPagesPpm, zipfExponentMilli } = workload;
  const phase = {
    afterNs: 0,
    pattern,
    writesPerSecond,
    workingSetBytes,
    bytesPerWrite: 64,
    hotWritesPpm,
    hotPagesPpm,
    zipfExponentMilli,
  };
  const content = { textPpm: 1_000_000 - workload.zeroPpm, heapPpm: 0, randomPpm: 0 };
  const memoryBytes = Math.ceil(usedBytes / MIB) * MIB;
  return {
    ...base,
    seed: workload.seed,
    hosts: base.hosts.map((host) => ({
      ...host,
      memoryBytes: 64 * GIB,
      nics: host.nics.map((nic) => ({ ...nic, bytesPerSecond: workload.linkBytesPerSecond })),
    })),
    vms: [{ ...base.vms[0]!, memoryBytes, usedBytes, fidelity, content, phases: [phase] }],
    policy: {
      ...base.policy,
      switchoverGoalNs: workload.goalMs * NS_PER_MS,
      sdps: workload.sdps,
      traceFaultNs: workload.traceFaultNs,
    },
  };
}

/** A way to compute a run: a fidelity, and for page-exact how writes are made. */
export type Way = 'each' | 'sliced' | 'expected';

export interface Agreement {
  readonly workload: Workload;
  readonly outcomes: readonly [string, string];
  readonly rounds: readonly [number, number];
  readonly pagesError: number;
  readonly timeError: number;
  /** A decision fell within 5 % of a threshold, so that a page more or less decides the number of rounds. */
  readonly onTheEdge: boolean;
}

/** Runs one workload page-exact and expected. */
export async function agreement(workload: Workload): Promise<Agreement> {
  return compareRuns(workload, await runWay(workload, 'each'), await runWay(workload, 'expected'));
}

/** Runs one workload in the way asked for, whatever the size of the VM would decide. */
export async function runWay(workload: Workload, way: Way): Promise<HeadlessRun> {
  if (way === 'expected') return runHeadless(scenarioOf(workload, 'expected'));
  return runHeadless(scenarioOf(workload, 'page-exact'), planeThatWrites(await testPlane(), way));
}

/** The plane with the writes of every VM made in one way. */
export function planeThatWrites(plane: DataPlane, writes: Writes): DataPlane {
  return {
    capacityBytes: plane.capacityBytes,
    bytesNeeded: (spec) => plane.bytesNeeded({ ...spec, writes }),
    create: (spec) => plane.create({ ...spec, writes }),
  };
}

export function compareRuns(workload: Workload, exact: HeadlessRun, other: HeadlessRun): Agreement {
  return {
    workload,
    outcomes: [exact.report.outcome, other.report.outcome],
    rounds: [exact.report.rounds.length, other.report.rounds.length],
    pagesError: Math.abs(other.report.pagesSent / exact.report.pagesSent - 1),
    timeError: Math.abs(other.report.totalNs / exact.report.totalNs - 1),
    onTheEdge: [exact, other].some((run) => nearThreshold(run.events)),
  };
}

export interface Summary {
  readonly counted: number;
  readonly pagesMedian: number;
  readonly pagesP95: number;
  readonly timeMedian: number;
  readonly timeP95: number;
}

/** Errors of the runs that no decision was on the edge in; prints them, the runs apart and the worst of the others. */
export function summarize(name: string, results: readonly Agreement[]): Summary {
  const apart = results.filter((one) => one.onTheEdge);
  const counted = results.filter((one) => !one.onTheEdge);
  const pages = (of: readonly Agreement[], share: number) =>
    quantile(
      of.map((one) => one.pagesError),
      share,
    );
  const time = (share: number) =>
    quantile(
      counted.map((one) => one.timeError),
      share,
    );
  const percent = (value: number) => `${(value * 100).toFixed(3)} %`;
  console.log(
    `${name}: ${counted.length} runs counted, ${apart.length} on the edge of a decision reported apart;`,
    `pages sent: median ${percent(pages(counted, 0.5))}, p95 ${percent(pages(counted, 0.95))};`,
    `total time: median ${percent(time(0.5))}, p95 ${percent(time(0.95))};`,
    `on the edge: pages p95 ${percent(pages(apart, 0.95))}`,
  );
  for (const one of [...counted].sort((a, b) => b.timeError - a.timeError).slice(0, 4))
    console.log(
      percent(one.timeError),
      percent(one.pagesError),
      one.outcomes.join('/'),
      one.rounds.join('/'),
      JSON.stringify(one.workload),
    );
  return {
    counted: counted.length,
    pagesMedian: pages(counted, 0.5),
    pagesP95: pages(counted, 0.95),
    timeMedian: time(0.5),
    timeP95: time(0.95),
  };
}

/** The last decision: needed against the goal, or the gain of five rounds against a tenth. */
function nearThreshold(events: readonly SimEvent[]): boolean {
  const ended = events.filter((event) => event.code === 'round-ended');
  const last = ended.at(-1)!.n;
  const before = ended.at(-2)?.n;
  const needs = [last, ...(before ? [before] : [])].map((n) => n.neededNs / n.goalNs);
  const then = ended.at(-6)?.n;
  const gain = then ? last.leftBytes / then.leftBytes / 0.9 : 2;
  return needs.some((share) => Math.abs(share - 1) < 0.05) || Math.abs(gain - 1) < 0.05;
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
