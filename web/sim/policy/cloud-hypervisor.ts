/**
 * Cloud Hypervisor: rounds with a barrier; before each one the time the rest would take at the bandwidth of the round before is held
 * against `downtime_ms`. It ignores device state and vCPU restore in that estimate, as its documentation says.
 * Source: docs/live_migration.md and vmm/src/lib.rs.
 */
import { decision, type Decision, type RoundEndFacts } from './decision.ts';
import type { ParameterTable, ValuesOf } from './parameters.ts';

const DOC = 'Cloud Hypervisor, docs/live_migration.md';

export const CLOUD_HYPERVISOR = {
  downtime_ms: {
    default: 300,
    unit: 'ms',
    least: 1,
    about: 'The rest must be sent within this.',
    source: DOC,
  },
  timeout_s: { default: 3600, unit: 's', least: 1, about: 'How long pre-copy may try.', source: DOC },
  timeout_strategy: {
    default: 'cancel',
    unit: '',
    choices: ['cancel', 'ignore'],
    about: 'On time-out: give up, or stop the guest anyway.',
    source: DOC,
  },
  connections: { default: 1, unit: '', least: 1, most: 128, about: 'TCP connections.', source: DOC },
  memory_mode: {
    default: 'precopy',
    unit: '',
    choices: ['precopy', 'postcopy'],
    about: 'Send memory before or after the guest has moved; post-copy takes one connection.',
    source: DOC,
  },
} as const satisfies ParameterTable;

export type CloudHypervisorValues = ValuesOf<typeof CLOUD_HYPERVISOR>;

export function decideCloudHypervisor(values: CloudHypervisorValues, facts: RoundEndFacts): Decision {
  if (values.memory_mode === 'postcopy') return decision('post-copy', 'memory-mode', {});
  const neededMs = (facts.leftBytes / facts.bytesPerSecond) * 1000;
  const numbers = {
    leftBytes: facts.leftBytes,
    bytesPerSecond: facts.bytesPerSecond,
    neededMs,
    downtimeMs: values.downtime_ms,
  };
  if (facts.leftBytes === 0 || neededMs <= values.downtime_ms)
    return decision('switch-over', 'within-downtime', numbers);
  if (facts.elapsedMs < values.timeout_s * 1000) return decision('go-on', 'above-downtime', numbers);
  const late = { ...numbers, elapsedMs: facts.elapsedMs, timeoutMs: values.timeout_s * 1000 };
  return values.timeout_strategy === 'ignore'
    ? decision('pause', 'timeout', late)
    : decision('abort', 'timeout', late);
}
