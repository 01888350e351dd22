/** What must hold whatever fails. Each property looks at what was taken down, names itself and the instant it was broken. */
import type { Ns } from '../../base/units.ts';
import type { Execution, Run } from '../fleet/execution.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { FleetReport } from '../fleet/fleet-log.ts';
import { transactionsOf, type Acknowledges } from './transactions.ts';

export const PROPERTIES = [
  'one-host-executes',
  'executes-unless-stunned-or-down',
  'lock-is-where-it-executes',
  'memory-is-equal',
  'no-transaction-lost-or-doubled',
  'every-task-ends',
  'nothing-leaks',
  'replays-identically',
] as const;
export type Property = (typeof PROPERTIES)[number];

export interface Violation {
  readonly property: Property;
  readonly atNs: Ns;
}

export interface Ran {
  readonly fleet: Fleet;
  readonly report: FleetReport;
  readonly logHash: string;
  readonly endNs: Ns;
  /** VMs of the data plane that were not given back. */
  readonly heldMemories: number;
}

/** @param again the same schedule, run a second time. */
export function violationsOf(ran: Ran, again: string, acknowledges?: Acknowledges): Violation[] {
  const { fleet } = ran;
  const violations: Violation[] = [];
  const broken = (property: Property, atNs: Ns) => violations.push({ property, atNs });
  fleet.world.vms.forEach((_, vm) => {
    const runs = fleet.execution.runs.filter((run) => run.vm === vm).sort((a, b) => a.fromNs - b.fromNs);
    executesOnce(runs, broken);
    executesAlways(runs, fleet, vm, ran.endNs, broken);
    holdsItsLock(runs, fleet.execution, vm, ran.endNs, broken);
    keepsTransactions(runs, fleet.execution, vm, ran.endNs, acknowledges, broken);
  });
  for (const { verified, endedNs } of ran.report.tasks)
    if (verified === false) broken('memory-is-equal', endedNs ?? 0);
  for (const { outcome, askedNs } of ran.report.tasks)
    if (outcome === null) broken('every-task-ends', askedNs);
  if (ran.heldMemories > 0 || fleet.leaks().length > 0) broken('nothing-leaks', ran.endNs);
  if (ran.logHash !== again) broken('replays-identically', 0);
  return violations;
}

type Broken = (property: Property, atNs: Ns) => void;

/** At every instant at most one host executes the VM. */
function executesOnce(runs: readonly Run[], broken: Broken): void {
  runs.slice(1).forEach((run, at) => {
    if (run.fromNs < (runs[at] as Run).toNs) broken('one-host-executes', run.fromNs);
  });
}

/** It stands still only between a stun and the resume that follows, or between its host's failure and its restart. */
function executesAlways(runs: readonly Run[], fleet: Fleet, vm: number, endNs: Ns, broken: Broken): void {
  const [first] = runs;
  if (!first || first.fromNs > 0) return broken('executes-unless-stunned-or-down', 0);
  runs.forEach((run, at) => {
    if (run.toNs === Infinity) return;
    const next = runs[at + 1];
    // A stunned VM goes on somewhere, or its host fails meanwhile.
    if (!next && !fleet.ha.isDown(vm)) broken('executes-unless-stunned-or-down', Math.min(run.toNs, endNs));
    if (next && next.fromNs < run.toNs) broken('executes-unless-stunned-or-down', next.fromNs);
  });
}

/** The host that executes it holds the lock of its disk. */
function holdsItsLock(
  runs: readonly Run[],
  execution: Execution,
  vm: number,
  endNs: Ns,
  broken: Broken,
): void {
  const locks = execution.locks.filter((lock) => lock.vm === vm);
  for (const run of runs) {
    const during = locks.filter(({ fromNs }) => fromNs > run.fromNs && fromNs < Math.min(run.toNs, endNs));
    const before = locks.filter(({ fromNs }) => fromNs <= run.fromNs);
    if (before[before.length - 1]?.host !== run.host) broken('lock-is-where-it-executes', run.fromNs);
    for (const lock of during) if (lock.host !== run.host) broken('lock-is-where-it-executes', lock.fromNs);
  }
}

/** What was acknowledged lies on the disk, once. */
function keepsTransactions(
  runs: readonly Run[],
  execution: Execution,
  vm: number,
  endNs: Ns,
  acknowledges: Acknowledges | undefined,
  broken: Broken,
): void {
  const locks = execution.locks.filter((lock) => lock.vm === vm);
  const { disk, acknowledged } = transactionsOf(runs, locks, endNs, acknowledges);
  const once = new Set(disk);
  if (once.size < disk.length || acknowledged.some((number) => !once.has(number)))
    broken('no-transaction-lost-or-doubled', endNs);
}
