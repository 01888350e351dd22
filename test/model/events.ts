/** A small run written by hand, so that every boundary is a round number of milliseconds. */
import { NS_PER_MS } from '../../web/base/units.ts';
import { findPreset } from '../../web/scenario/presets/index.ts';
import type { EventCode, EventNumbers, SimEvent } from '../../web/sim/events.ts';
import { planRun } from '../../web/sim/plan.ts';
import type { EncodedFrame, PlannedMigration, RunLog, ServiceStretch } from '../../web/sim/run-log.ts';

export const ms = (value: number): number => value * NS_PER_MS;

export const scenario = findPreset('database')!.scenario;
export const migration: PlannedMigration = (() => {
  const planned = planRun(scenario);
  if (!planned.ok) throw new Error('the preset has a plan');
  return { ...planned.value[0]!, pageCount: 4096 };
})();

const estimate = {
  totalNs: ms(500),
  totalLowNs: ms(490),
  totalHighNs: ms(510),
  downtimeNs: ms(50),
  downtimeLowNs: ms(45),
};
const guess = {
  ...estimate,
  downtimeHighNs: ms(55),
  networkGapNs: ms(60),
  wireBytes: 1,
  wireLowBytes: 1,
  wireHighBytes: 1,
};
export const numbers = {
  ...guess,
  rounds: 2,
  roundsLow: 2,
  roundsHigh: 2,
  slowestPpm: 1_000_000,
  slowedNs: 0,
  converges: 1,
  afterRound: -1,
};

const round = (
  index: number,
  startMs: number,
  endMs: number,
  sent: number,
  left: number,
  reason: number,
) => ({
  round: index,
  dirtyPages: sent,
  sentPages: sent,
  zeroPages: 0,
  deltaPages: 0,
  unchangedPages: 0,
  compressedPages: 0,
  wireBytes: sent * 4104,
  startNs: ms(startMs),
  endNs: ms(endMs),
  leftPages: left,
  leftBytes: left * 4104,
  bytesPerSecond: 117_500_000,
  dirtyBytesPerSecond: 20_000_000,
  neededNs: ms(left / 10),
  goalNs: ms(100),
  traceFaults: 0,
  guestWrites: 0,
  speedPpm: 1_000_000,
  reason,
});

const finish = {
  totalNs: ms(480),
  downtimeNs: ms(50),
  networkGapNs: ms(60),
  wireBytes: 1,
  sentPages: 4708,
  rounds: 2,
};

type Row = { [C in EventCode]: readonly [atMs: number, code: C, n: EventNumbers[C]] }[EventCode];

const beforeRounds: readonly Row[] = [
  [0, 'requested', { memoryBytes: 1, usedBytes: 1, pages: 4096 }],
  [0, 'checks-started', { checks: 4 }],
  [20, 'checks-passed', { checks: 4 }],
  [20, 'estimated', numbers],
  [
    80,
    'prepared',
    { reservedBytes: 1, bytesPerSecond: 117_500_000, lineBytesPerSecond: 125_000_000, windowLimited: 0 },
  ],
  [90, 'traced', { pages: 4096, durationNs: ms(10), stunNs: 0 }],
  [90, 'round-started', { round: 0, dirtyPages: 4096, bytesPerSecond: 117_500_000 }],
];
const precopy: readonly Row[] = [
  ...beforeRounds,
  [290, 'round-ended', round(0, 90, 290, 4096, 512, 1)],
  [290, 'estimated', { ...numbers, afterRound: 0, totalNs: ms(480) }],
  [290, 'round-started', { round: 1, dirtyPages: 512, bytesPerSecond: 117_500_000 }],
  [390, 'round-ended', round(1, 290, 390, 512, 100, 0)],
];
export const completedRows: readonly Row[] = [
  ...precopy,
  [390, 'stunned', { leftPages: 100, leftBytes: 410_400, neededNs: ms(4), goalNs: ms(100) }],
  [396, 'bitmap-sent', { bytes: 512, durationNs: ms(2) }],
  [
    406,
    'last-pages-sent',
    { pages: 100, zeroPages: 0, deltaPages: 0, wireBytes: 410_400, durationNs: ms(10) },
  ],
  [416, 'device-state-sent', { bytes: 8_388_608, durationNs: ms(10) }],
  [416, 'verified', { pages: 4096, byteExact: 1, equal: 1, firstDifferentPage: -1 }],
  [440, 'lock-moved', { durationNs: ms(24) }],
  [440, 'resumed', { downtimeNs: ms(50) }],
  [445, 'rarp-sent', { delayNs: ms(5) }],
  [446, 'mac-learned', { delayNs: ms(1) }],
  [450, 'client-back', { networkGapNs: ms(60), lostPings: 6, retransmissions: 0 }],
  [465, 'source-freed', { bytes: 1 }],
  [480, 'completed', finish],
];
export const failedRows: readonly Row[] = [
  ...precopy.slice(0, -1),
  [390, 'round-ended', round(1, 290, 390, 512, 500, 3)],
  [390, 'failed', { ...finish, downtimeNs: 0, reason: 1 }],
];
/** The user changes his mind while the VM stands still: it resumes where it was. */
export const cancelledInStunRows: readonly Row[] = [
  ...precopy,
  [390, 'stunned', { leftPages: 100, leftBytes: 410_400, neededNs: ms(4), goalNs: ms(100) }],
  [395, 'cancel-requested', { round: 2, tooLate: 0 }],
  [395, 'resumed', { downtimeNs: ms(5) }],
  [400, 'client-back', { networkGapNs: ms(10), lostPings: 1, retransmissions: 0 }],
  [400, 'cancelled', { ...finish, downtimeNs: ms(5) }],
];

export function eventsOf(rows: readonly Row[]): SimEvent[] {
  return rows.map(([atMs, code, n], seq) => ({ seq, atNs: ms(atMs), migration: 0, code, n }) as SimEvent);
}

const service: readonly ServiceStretch[] = [
  { migration: 0, fromNs: ms(90), state: 'reachable', speedPpm: 980_000, host: 'esx-01' },
  { migration: 0, fromNs: ms(390), state: 'stunned', speedPpm: 0, host: 'esx-01' },
  { migration: 0, fromNs: ms(440), state: 'misdelivered', speedPpm: 1_000_000, host: 'esx-02' },
  { migration: 0, fromNs: ms(446), state: 'reachable', speedPpm: 1_000_000, host: 'esx-02' },
];

export function logOf(rows: readonly Row[], frames: readonly EncodedFrame[] = []): RunLog {
  return { scenario, migrations: [migration], events: eventsOf(rows), frames, service, report: null };
}
