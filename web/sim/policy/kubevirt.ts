/**
 * KubeVirt over QEMU: a deadline for each GiB, a time-out without progress, and the stall detector with its patience.
 * Sources: pkg/virt-config/virt-config.go (defaults); enhancement 248 (stall detector). Names of the detector's numbers are ours where
 * the proposal gives none.
 */
import { decision, type Decision, type PollFacts } from './decision.ts';
import { judgeStall } from './kubevirt-stall.ts';
import type { ParameterTable, ValuesOf } from './parameters.ts';

const CONFIG = 'pkg/virt-config/virt-config.go';
const VEP = 'kubevirt/enhancements 248';

export const KUBEVIRT = {
  parallelMigrationsPerCluster: {
    default: 5,
    unit: '',
    least: 1,
    about: 'Moves at once in the cluster.',
    source: CONFIG,
  },
  parallelOutboundMigrationsPerNode: {
    default: 2,
    unit: '',
    least: 1,
    about: 'Moves out of one node.',
    source: CONFIG,
  },
  bandwidthPerMigration: { default: 0, unit: 'B/s', about: 'Cap; 0 is none.', source: CONFIG },
  completionTimeoutPerGiB: {
    default: 150,
    unit: 's',
    least: 1,
    about: 'Deadline for each GiB of memory and moved disks.',
    source: CONFIG,
  },
  progressTimeout: {
    default: 150,
    unit: 's',
    least: 1,
    about: 'Without less remaining than ever before for so long: give up.',
    source: CONFIG,
  },
  maxDowntime: { default: 900, unit: 'ms', least: 1, about: 'Downtime limit given to QEMU.', source: CONFIG },
  allowAutoConverge: { default: false, unit: '', about: "QEMU's auto-converge.", source: CONFIG },
  allowPostCopy: {
    default: false,
    unit: '',
    about: 'Post-copy where pre-copy does not end.',
    source: CONFIG,
  },
  allowWorkloadDisruption: {
    default: false,
    unit: '',
    about: 'Pause the guest where pre-copy does not end.',
    source: CONFIG,
  },
  stallDetector: { default: true, unit: '', about: 'Acts on a stall before the deadline.', source: VEP },
  stallProgressTimeout: {
    default: 40,
    unit: 's',
    least: 1,
    about: 'Window of the stall detector.',
    source: VEP,
  },
  stallMargin: {
    default: 4,
    unit: '%',
    about: 'Less gain than this over the window is a stall.',
    source: VEP,
  },
  patience: { default: 40, unit: 's', about: 'Wait for a local minimum; halved each time.', source: VEP },
  bandwidthSmoothing: {
    default: 0.4,
    unit: '',
    most: 1,
    about: 'Weight of the newest bandwidth in the mean.',
    source: VEP,
  },
  softStopFactor: {
    default: 1.5,
    unit: '',
    about: 'An estimate within so many times maxDowntime may stop the guest.',
    source: VEP,
  },
  hardStopDowntime: { default: 2000, unit: 's', about: 'Downtime limit of the hard stop.', source: VEP },
} as const satisfies ParameterTable;

export type KubevirtValues = ValuesOf<typeof KUBEVIRT>;

export function decideKubevirt(values: KubevirtValues, facts: PollFacts): Decision {
  const deadlineMs = values.completionTimeoutPerGiB * facts.dataGiB * 1000;
  const times = { elapsedMs: facts.elapsedMs, deadlineMs, remainingBytes: facts.remainingBytes };
  if (facts.elapsedMs > deadlineMs) return lastResort(values, 'completion-timeout', times);
  const quietMs = facts.elapsedMs - lastProgressMs(facts);
  if (quietMs > values.progressTimeout * 1000)
    return decision('abort', 'progress-timeout', {
      ...times,
      quietMs,
      progressTimeoutMs: values.progressTimeout * 1000,
    });
  return values.stallDetector ? onStall(values, facts, times) : decision('go-on', 'waits', times);
}

/** When disruption is allowed the move ends by force: post-copy, else a pause. Otherwise it is cancelled and tried again later. */
function lastResort(values: KubevirtValues, code: string, numbers: Record<string, number>): Decision {
  if (values.allowPostCopy) return decision('post-copy', code, numbers);
  return decision(values.allowWorkloadDisruption ? 'pause' : 'abort', code, numbers);
}

/** The last time that less remained than ever before. */
function lastProgressMs(facts: PollFacts): number {
  let least = Infinity;
  let at = 0;
  for (const one of [...facts.history, facts]) {
    if (one.remainingBytes >= least) continue;
    least = one.remainingBytes;
    at = one.elapsedMs;
  }
  return at;
}

function onStall(values: KubevirtValues, facts: PollFacts, times: Record<string, number>): Decision {
  const stall = judgeStall(
    {
      windowMs: values.stallProgressTimeout * 1000,
      margin: values.stallMargin / 100,
      patienceMs: values.patience * 1000,
      smoothing: values.bandwidthSmoothing,
    },
    [...facts.history, facts],
  );
  const numbers = {
    ...times,
    bestBytes: stall.bestBytes,
    estimateMs: stall.estimateMs,
    maxDowntimeMs: values.maxDowntime,
  };
  if (!stall.stalled) return decision('go-on', 'progresses', numbers);
  if (!stall.atMinimum) return decision('go-on', 'waits-for-minimum', numbers);
  if (values.allowPostCopy) return decision('post-copy', 'stalled', numbers);
  if (stall.estimateMs <= values.softStopFactor * values.maxDowntime)
    return decision('pause', 'soft-stop', numbers);
  return decision(values.allowWorkloadDisruption ? 'pause' : 'abort', 'stalled', numbers);
}
