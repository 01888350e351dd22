/**
 * OpenStack Nova over QEMU: the downtime limit grows in equal steps, then a time-out acts.
 * Source: nova/conf/libvirt.py (defaults) and nova/virt/libvirt/migration.py (`downtime_steps`: linear, steps + 1 values, the first
 * downtime / steps; the delay counts per GiB, at least 2).
 */
import { decision, type Decision, type PollFacts } from './decision.ts';
import type { ParameterTable, ValuesOf } from './parameters.ts';

const CONF = 'nova/conf/libvirt.py';

export const NOVA = {
  live_migration_downtime: {
    default: 500,
    unit: 'ms',
    least: 100,
    about: 'Most downtime, reached after all steps.',
    source: CONF,
  },
  live_migration_downtime_steps: { default: 10, unit: '', least: 3, about: 'Steps up to it.', source: CONF },
  live_migration_downtime_delay: {
    default: 75,
    unit: 's',
    least: 3,
    about: 'Between steps, for each GiB.',
    source: CONF,
  },
  live_migration_completion_timeout: {
    default: 800,
    unit: 's',
    about: 'For each GiB; 0 never.',
    source: CONF,
  },
  live_migration_timeout_action: {
    default: 'abort',
    unit: '',
    choices: ['abort', 'force_complete'],
    about: 'What the time-out does.',
    source: CONF,
  },
  live_migration_permit_post_copy: {
    default: false,
    unit: '',
    about: 'Force by post-copy instead of pausing.',
    source: CONF,
  },
  live_migration_permit_auto_converge: {
    default: false,
    unit: '',
    about: "QEMU's auto-converge, unless post-copy is permitted.",
    source: CONF,
  },
  live_migration_bandwidth: { default: 0, unit: 'MiB/s', about: 'Cap; 0 is none.', source: CONF },
  live_migration_parallel_connections: {
    default: 1,
    unit: '',
    least: 1,
    about: 'multifd channels.',
    source: CONF,
  },
  max_concurrent_live_migrations: {
    default: 1,
    unit: '',
    about: 'Moves out of one compute host.',
    source: 'nova/conf/compute.py',
  },
} as const satisfies ParameterTable;

export type NovaValues = ValuesOf<typeof NOVA>;

export interface DowntimeStep {
  readonly afterS: number;
  readonly downtimeMs: number;
}

/** When which downtime limit holds. `dataGiB` counts as at least 2. */
export function novaDowntimeSteps(values: NovaValues, dataGiB: number): DowntimeStep[] {
  const most = values.live_migration_downtime;
  const steps = values.live_migration_downtime_steps;
  const delayS = Math.floor(values.live_migration_downtime_delay * novaGiB(dataGiB));
  const first = most / steps;
  const each = (most - first) / steps;
  return Array.from({ length: steps + 1 }, (_, i) => ({
    afterS: delayS * i,
    downtimeMs: Math.floor(first + each * i),
  }));
}

const novaGiB = (dataGiB: number) => Math.max(2, dataGiB);

export function decideNova(values: NovaValues, facts: PollFacts): Decision {
  const timeoutMs = values.live_migration_completion_timeout * novaGiB(facts.dataGiB) * 1000;
  const times = { elapsedMs: facts.elapsedMs, timeoutMs, remainingBytes: facts.remainingBytes };
  if (timeoutMs > 0 && facts.elapsedMs > timeoutMs) {
    if (values.live_migration_timeout_action === 'abort')
      return decision('abort', 'completion-timeout', times);
    const how = values.live_migration_permit_post_copy ? 'post-copy' : 'pause';
    return decision(how, 'completion-timeout', times);
  }
  const due = novaDowntimeSteps(values, facts.dataGiB).filter(
    (step) => step.afterS * 1000 <= facts.elapsedMs,
  );
  const wanted = due.at(-1)?.downtimeMs ?? facts.downtimeLimitMs;
  if (wanted === facts.downtimeLimitMs) return decision('go-on', 'waits', times);
  return {
    ...decision('retune', 'downtime-step', { ...times, step: due.length - 1 }),
    downtimeLimitMs: wanted,
  };
}
