import fc from 'fast-check';
import { GIB, MIB, NS_PER_MS, PAGE_BYTES } from '../../web/base/units.ts';
import { findPreset } from '../../web/scenario/presets/index.ts';
import type { Phase, Scenario } from '../../web/scenario/schema.ts';
import type { Fidelity } from '../../web/sim/data-plane.ts';
import type { SimEvent } from '../../web/sim/events.ts';
import { runHeadless } from './run.ts';

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
  const exact = await runHeadless(scenarioOf(workload, 'page-exact'));
  const expected = await runHeadless(scenarioOf(workload, 'expected'));
  return {
    workload,
    outcomes: [exact.report.outcome, expected.report.outcome],
    rounds: [exact.report.rounds.length, expected.report.rounds.length],
    pagesError: Math.abs(expected.report.pagesSent / exact.report.pagesSent - 1),
    timeError: Math.abs(expected.report.totalNs / exact.report.totalNs - 1),
    onTheEdge: [exact, expected].some((run) => nearThreshold(run.events)),
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
