/** What a plan predicted against what the engine did, step by step. */
import type { Bytes, Ns } from '../../base/units.ts';
import { TASK_CAUSES, type FleetEvent } from '../fleet/fleet-log.ts';
import type { PlanStep, RollingPlan } from './rolling.ts';

export interface Amounts {
  /** From entering to the instant the last host of the step is empty; null: that has not come. */
  readonly emptyingNs: Ns | null;
  readonly moves: number;
  readonly wireBytes: Bytes;
  readonly longestDowntimeNs: Ns;
}

export interface StepComparison {
  readonly predicted: Amounts;
  readonly simulated: Amounts;
  /** Empty before the work was to begin. Null: not known. */
  readonly inTime: boolean | null;
  /** Moves that failed or were cancelled, and VMs that found no place. */
  readonly notMoved: number;
}

/** @param events of a run of the scenario with this plan, or as many of them as there are so far. */
export function comparePlan({ steps }: RollingPlan, events: readonly FleetEvent[]): StepComparison[] {
  const run = readRun(events);
  return steps.map((step) => compareStep(step, run));
}

interface Moved {
  readonly source: number;
  readonly askedNs: Ns;
  wireBytes: Bytes;
  downtimeNs: Ns;
  outcome: 'completed' | 'cancelled' | 'failed' | null;
}

interface Run {
  readonly tasks: ReadonlyMap<number, Moved>;
  readonly entered: readonly { readonly host: number; readonly atNs: Ns }[];
  readonly blocked: readonly { readonly host: number; readonly atNs: Ns }[];
}

function readRun(events: readonly FleetEvent[]): Run {
  const tasks = new Map<number, Moved>();
  const entered: { host: number; atNs: Ns }[] = [];
  const blocked: { host: number; atNs: Ns }[] = [];
  for (const { code, n, task, atNs } of events) {
    if (code === 'maintenance-entered') entered.push({ host: n.host, atNs });
    if (code === 'maintenance-blocked') blocked.push({ host: n.host, atNs });
    if (code === 'asked' && TASK_CAUSES[n.cause] === 'maintenance')
      tasks.set(task, { source: n.source, askedNs: atNs, wireBytes: 0, downtimeNs: 0, outcome: null });
    const moved = tasks.get(task);
    if (moved && (code === 'completed' || code === 'failed' || code === 'cancelled'))
      Object.assign(moved, { wireBytes: n.wireBytes, downtimeNs: n.downtimeNs, outcome: code });
  }
  return { tasks, entered, blocked };
}

function compareStep(
  { hosts, enterNs, emptyNs, workFromNs, exitNs, preFlight }: PlanStep,
  run: Run,
): StepComparison {
  const isOurs = (host: number, atNs: Ns) => hosts.includes(host) && atNs >= enterNs && atNs < exitNs;
  const tasks = [...run.tasks.values()].filter(({ source, askedNs }) => isOurs(source, askedNs));
  const done = tasks.filter(({ outcome }) => outcome === 'completed');
  const entered = run.entered.filter(({ host, atNs }) => isOurs(host, atNs));
  const lastNs = entered.reduce((most, { atNs }) => Math.max(most, atNs), enterNs);
  const isEmpty = entered.length === hosts.length;
  const { forecast } = preFlight;
  return {
    predicted: {
      emptyingNs: emptyNs - enterNs,
      moves: forecast.moves.length,
      wireBytes: forecast.wireBytes,
      longestDowntimeNs: forecast.longestDowntimeNs,
    },
    simulated: {
      emptyingNs: isEmpty ? lastNs - enterNs : null,
      moves: done.length,
      wireBytes: tasks.reduce((sum, { wireBytes }) => sum + wireBytes, 0),
      longestDowntimeNs: done.reduce((most, { downtimeNs }) => Math.max(most, downtimeNs), 0),
    },
    inTime: isEmpty ? lastNs <= workFromNs : null,
    notMoved:
      tasks.filter(({ outcome }) => outcome === 'failed' || outcome === 'cancelled').length +
      run.blocked.filter(({ host, atNs }) => isOurs(host, atNs)).length,
  };
}
