/**
 * QEMU: parameters under their QAPI names and the decisions of the migration thread and of the bitmap sync. Sources: qapi/migration.json,
 * migration/options.c, migration/migration.c (threshold, completion) and migration/ram.c (throttle) of 7.2 and of 9.2; ram.c of 2.6
 * for the older trigger, which acts one high period later (`dirty_rate_high_cnt++ >= 2` against `++dirty_rate_high_cnt >= 2`).
 */
import { decision, type Decision } from './decision.ts';
import type { ParameterTable, ValuesOf } from './parameters.ts';

const QAPI = 'qapi/migration.json';
const VIRSH = 'virsh(1), migrate';

export const QEMU_72 = {
  'downtime-limit': {
    default: 300,
    unit: 'ms',
    most: 2_000_000,
    about: 'Most downtime aimed at.',
    source: QAPI,
  },
  'max-bandwidth': {
    default: 134_217_728,
    unit: 'B/s',
    about: 'Cap of pre-copy, in windows of 100 ms; 0 is none. The stop-copy is not capped.',
    source: QAPI,
  },
  'auto-converge': {
    default: false,
    unit: '',
    about: 'Throttle all vCPUs where rounds do not shrink.',
    source: QAPI,
  },
  'cpu-throttle-initial': {
    default: 20,
    unit: '%',
    least: 1,
    most: 99,
    about: 'First throttle.',
    source: QAPI,
  },
  'cpu-throttle-increment': {
    default: 10,
    unit: '%',
    least: 1,
    most: 99,
    about: 'Each further step.',
    source: QAPI,
  },
  'max-cpu-throttle': { default: 99, unit: '%', least: 1, most: 99, about: 'Most throttle.', source: QAPI },
  'throttle-trigger-threshold': {
    default: 50,
    unit: '%',
    least: 1,
    most: 100,
    about: 'Dirtied over sent in a period that counts as high.',
    source: QAPI,
  },
  'cpu-throttle-tailslow': { default: false, unit: '', about: 'Smaller steps near the end.', source: QAPI },
  xbzrle: { default: false, unit: '', about: 'Deltas against a cache of sent pages.', source: QAPI },
  'xbzrle-cache-size': {
    default: 67_108_864,
    unit: 'B',
    least: 4096,
    about: 'A power of two.',
    source: QAPI,
  },
  multifd: { default: false, unit: '', about: 'Several connections; no XBZRLE then.', source: QAPI },
  'multifd-channels': {
    default: 2,
    unit: '',
    least: 1,
    most: 255,
    about: 'Connections of multifd.',
    source: QAPI,
  },
  'postcopy-ram': { default: false, unit: '', about: 'Post-copy may be asked for.', source: QAPI },
  'postcopy-preempt': {
    default: false,
    unit: '',
    about: 'Requested pages have a channel of their own.',
    source: QAPI,
  },
  'max-postcopy-bandwidth': {
    default: 0,
    unit: 'B/s',
    about: 'Cap of the push after the switch; 0 is none.',
    source: QAPI,
  },
  'postcopy-after-precopy': {
    default: false,
    unit: '',
    about: 'Switch to post-copy after the first pass.',
    source: VIRSH,
  },
  timeout: { default: 0, unit: 's', about: 'Then act; 0 never.', source: VIRSH },
  'timeout-action': {
    default: 'suspend',
    unit: '',
    choices: ['suspend', 'postcopy'],
    about: 'What the time-out does.',
    source: VIRSH,
  },
} as const satisfies ParameterTable;

/** From 8.1 and 8.2 on: dirty-limit, avail-switchover-bandwidth; from 9.2 on a sync at least each 5 s under auto-converge. */
export const QEMU_92 = {
  ...QEMU_72,
  'avail-switchover-bandwidth': {
    default: 0,
    unit: 'B/s',
    about: 'Bandwidth the threshold is computed with; 0 takes the measured one.',
    source: QAPI,
  },
  'dirty-limit': { default: false, unit: '', about: 'Slow the writers instead of all vCPUs.', source: QAPI },
  'vcpu-dirty-limit': {
    default: 1,
    unit: 'MiB/s',
    least: 1,
    about: 'Dirty rate each vCPU may keep.',
    source: QAPI,
  },
  'x-vcpu-dirty-limit-period': {
    default: 1000,
    unit: 'ms',
    least: 1,
    most: 1000,
    about: 'Period of the controller.',
    source: QAPI,
  },
} as const satisfies ParameterTable;

export const QEMU_26 = {
  ...QEMU_72,
  'max-bandwidth': { ...QEMU_72['max-bandwidth'], default: 33_554_432, source: 'qapi-schema.json of 2.6' },
} as const satisfies ParameterTable;

export type QemuValues = ValuesOf<typeof QEMU_92>;

/** What differs between versions and is no parameter. */
export interface QemuRules {
  /** High periods that raise the throttle. */
  readonly highPeriods: number;
  /** Under auto-converge a sync is forced when none came for so long, from the second pass on; 0 never. */
  readonly forcedSyncMs: number;
}
export const QEMU_RULES: Readonly<Record<'qemu-2.6' | 'qemu-7.2' | 'qemu-9.2', QemuRules>> = {
  'qemu-2.6': { highPeriods: 3, forcedSyncMs: 0 },
  'qemu-7.2': { highPeriods: 2, forcedSyncMs: 0 },
  'qemu-9.2': { highPeriods: 2, forcedSyncMs: 5_000 },
};

/** Counters are read, and the cap is granted, in windows of this length (BUFFER_DELAY). */
export const WINDOW_MS = 100;
/** One throttle decision a period of more than this. */
export const PERIOD_MS = 1_000;

/** Bytes a window may send: a tenth of the cap; 0 is no cap. */
export function windowBudgetBytes(values: QemuValues): number {
  return Math.floor(values['max-bandwidth'] / (1000 / WINDOW_MS));
}

/** Less pending than this stops the guest: bandwidth of the last window times the downtime limit. */
export function thresholdBytes(values: QemuValues, bytesPerMs: number): number {
  const given = values['avail-switchover-bandwidth'];
  return Math.floor((given > 0 ? given / 1000 : bytesPerMs) * values['downtime-limit']);
}

export interface QemuFacts {
  readonly at: 'window' | 'sync';
  readonly elapsedMs: number;
  /** Full passes over the memory so far. */
  readonly passes: number;
  /** `migrate-start-postcopy` has been sent. */
  readonly postcopyAsked: boolean;
  readonly pendingBytes: number;
  readonly thresholdBytes: number;
  /** At a sync: since the last decision. */
  readonly periodMs: number;
  readonly dirtiedBytes: number;
  readonly sentBytes: number;
  readonly highCount: number;
  readonly throttlePercent: number;
}

/** At a window: go on, switch over, post-copy or pause. At a sync: whether this period was high, and the throttle. */
export function decideQemu(rules: QemuRules, values: QemuValues, facts: QemuFacts): Decision {
  return facts.at === 'sync' ? atSync(rules, values, facts) : atWindow(values, facts);
}

function atWindow(values: QemuValues, facts: QemuFacts): Decision {
  const { pendingBytes, elapsedMs, passes } = facts;
  const numbers = {
    pendingBytes,
    thresholdBytes: facts.thresholdBytes,
    downtimeLimitMs: values['downtime-limit'],
  };
  if (pendingBytes === 0 || pendingBytes < facts.thresholdBytes)
    return decision('switch-over', 'below-threshold', numbers);
  if (facts.postcopyAsked) return decision('post-copy', 'asked', numbers);
  if (values['postcopy-after-precopy'] && passes >= 1)
    return decision('post-copy', 'after-first-pass', numbers);
  if (values.timeout > 0 && elapsedMs >= values.timeout * 1000) {
    const how = values['timeout-action'] === 'postcopy' ? 'post-copy' : 'pause';
    return decision(how, 'timeout', { ...numbers, elapsedMs, timeoutMs: values.timeout * 1000 });
  }
  return decision('go-on', 'above-threshold', numbers);
}

function atSync(rules: QemuRules, values: QemuValues, facts: QemuFacts): Decision {
  const highBytes = Math.floor((facts.sentBytes * values['throttle-trigger-threshold']) / 100);
  const isHigh = facts.periodMs > PERIOD_MS && facts.dirtiedBytes > highBytes;
  const highCount = facts.highCount + (isHigh ? 1 : 0);
  const numbers = { dirtiedBytes: facts.dirtiedBytes, sentBytes: facts.sentBytes, highBytes, highCount };
  if (!isHigh || highCount < rules.highPeriods)
    return decision('go-on', isHigh ? 'high' : 'not-high', numbers);
  const cleared = { ...numbers, highCount: 0 };
  if (values['auto-converge']) {
    const throttlePercent = nextThrottle(values, facts.throttlePercent, highBytes / facts.dirtiedBytes);
    return { ...decision('throttle', 'auto-converge', cleared), throttlePercent };
  }
  return values['dirty-limit']
    ? decision('throttle', 'dirty-limit', cleared)
    : decision('go-on', 'high', cleared);
}

/** 20, 30 ... 99 by default; with tailslow at most what would bring dirtying down to the trigger. */
export function nextThrottle(values: QemuValues, throttlePercent: number, wantedShare: number): number {
  const most = values['max-cpu-throttle'];
  if (throttlePercent === 0) return Math.min(values['cpu-throttle-initial'], most);
  let step = values['cpu-throttle-increment'];
  if (values['cpu-throttle-tailslow']) {
    const running = 100 - throttlePercent;
    step = Math.min(step, Math.trunc(running - running * wantedShare));
  }
  return Math.min(throttlePercent + step, most);
}

/** A throttled vCPU runs for 10 ms and sleeps for this: 10 ms x share / (1 - share) (cpu-throttle.c). */
export function throttleSleepMs(throttlePercent: number): number {
  return (10 * throttlePercent) / (100 - throttlePercent);
}

/**
 * dirty-limit's controller, once a period: far from the quota (more than half of the larger one away) the speed follows the ratio,
 * near it moves by a tenth. Returns the writers' new share of their speed.
 */
export function dirtyLimitSpeed(speed: number, measured: number, quota: number): number {
  if (measured <= 0) return Math.min(1, speed * 1.1);
  const isFar = Math.abs(measured - quota) > Math.max(measured, quota) / 2;
  const wanted = isFar ? speed * (quota / measured) : speed * (measured > quota ? 0.9 : 1.1);
  return Math.max(0.0001, Math.min(1, wanted));
}
