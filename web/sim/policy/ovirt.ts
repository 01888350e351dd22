/**
 * oVirt over QEMU: a schedule of (stalled iterations, action). An iteration stalls when it leaves no less than the least that was ever
 * left. Source: the MigrationPolicies of the engine's packaging (initialItems, convergenceItems with stallingLimit, lastItems) and
 * vdsm.conf. What the last step waits for, one more stalled iteration, is our reading.
 */
import { decision, type Decision, type PollFacts } from './decision.ts';
import type { ParameterTable, ValuesOf } from './parameters.ts';

const DB = 'engine MigrationPolicies';

export const OVIRT = {
  policy: {
    default: 'Minimal downtime',
    unit: '',
    choices: ['Minimal downtime', 'Suspend workload if needed', 'Post-copy migration', 'Very large VMs'],
    about: 'The named schedule.',
    source: DB,
  },
  migration_max_bandwidth: {
    default: 52,
    unit: 'MiB/s',
    about: 'Cap of one move; 0 is none.',
    source: 'vdsm.conf',
  },
  max_outgoing_migrations: {
    default: 2,
    unit: '',
    least: 1,
    about: 'Moves out of one host.',
    source: 'vdsm.conf',
  },
  migration_monitor_interval: {
    default: 10,
    unit: 's',
    least: 1,
    about: 'Between looks.',
    source: 'vdsm.conf',
  },
} as const satisfies ParameterTable;

export type OvirtValues = ValuesOf<typeof OVIRT>;

export interface OvirtSchedule {
  readonly initialMs: number;
  /** After so many stalled iterations the downtime limit becomes this. */
  readonly steps: readonly (readonly [stalled: number, downtimeMs: number])[];
  readonly last: 'abort' | 'post-copy';
  readonly autoConverge: boolean;
  readonly compression: boolean;
}

const MINIMAL = [
  [1, 150],
  [2, 200],
  [3, 300],
  [4, 400],
  [6, 500],
] as const;
const LARGE = [
  [1, 400],
  [2, 500],
  [3, 600],
  [4, 800],
  [5, 1000],
  [6, 1500],
  [7, 5000],
] as const;

export const OVIRT_SCHEDULES: Readonly<Record<string, OvirtSchedule>> = {
  'Minimal downtime': {
    initialMs: 100,
    steps: MINIMAL,
    last: 'abort',
    autoConverge: true,
    compression: false,
  },
  'Suspend workload if needed': {
    initialMs: 100,
    steps: [...MINIMAL, [7, 5000]],
    last: 'abort',
    autoConverge: true,
    compression: true,
  },
  'Post-copy migration': {
    initialMs: 100,
    steps: [
      [1, 150],
      [2, 200],
    ],
    last: 'post-copy',
    autoConverge: true,
    compression: false,
  },
  /** 300, 400 ... 1500, 5000 ms are published; the steps between are our choice. */
  'Very large VMs': { initialMs: 300, steps: LARGE, last: 'abort', autoConverge: true, compression: false },
};

/** Iterations that left no less than the least left before them. */
export function stalledIterations(samples: readonly { iteration: number; remainingBytes: number }[]): number {
  let least = Infinity;
  let stalled = 0;
  let iteration = -1;
  for (const one of samples) {
    if (one.iteration === iteration) continue;
    iteration = one.iteration;
    if (one.remainingBytes >= least) stalled++;
    least = Math.min(least, one.remainingBytes);
  }
  return stalled;
}

export function decideOvirt(values: OvirtValues, facts: PollFacts): Decision {
  const schedule = OVIRT_SCHEDULES[values.policy] as OvirtSchedule;
  const stalled = stalledIterations([...facts.history, facts]);
  const numbers = {
    stalledIterations: stalled,
    remainingBytes: facts.remainingBytes,
    downtimeLimitMs: facts.downtimeLimitMs,
  };
  const lastStep = schedule.steps.at(-1)?.[0] ?? 0;
  if (stalled > lastStep) return decision(schedule.last, 'schedule-ends', numbers);
  const wanted = schedule.steps.filter(([after]) => after <= stalled).at(-1)?.[1] ?? schedule.initialMs;
  if (wanted === facts.downtimeLimitMs) return decision('go-on', 'waits', numbers);
  return { ...decision('retune', 'stalled', numbers), downtimeLimitMs: wanted };
}
