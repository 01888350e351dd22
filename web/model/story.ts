/** What the events up to one instant say about a migration, folded one event at a time; nothing here reads a frame or a clock. */
import { PPM, type Bytes, type BytesPerSecond, type Ns } from '../base/units.ts';
import {
  FAIL_REASONS,
  ROUND_REASONS,
  type EstimateNumbers,
  type EventCode,
  type EventOf,
  type FailReason,
  type SimEvent,
} from '../sim/events.ts';
import type { Progress } from '../sim/estimate.ts';
import type { DowntimePart, PlannedMigration } from '../sim/run-log.ts';
import type { RoundView, Stage } from './moment.ts';

export interface Story {
  readonly stage: Stage;
  readonly failReason: FailReason | null;
  readonly round: number;
  readonly runsOn: string;
  readonly lockOn: string;
  readonly macOn: string;
  readonly running: boolean;
  /** What the connection carries, and whether it carries something now. */
  readonly linkBytesPerSecond: BytesPerSecond;
  readonly sending: boolean;
  readonly dirtyBytesPerSecond: BytesPerSecond;
  /** Of finished rounds only. */
  readonly sentPages: number;
  readonly wireBytes: Bytes;
  /** On the wire beside the pages: the bitmap and the state of the devices. */
  readonly otherBytes: Bytes;
  readonly toSendPages: number;
  readonly writtenPages: number;
  /** Finished rounds and, last, the one under way. */
  readonly rounds: readonly RoundView[];
  readonly estimate: EstimateNumbers | null;
  readonly firstEstimate: EstimateNumbers | null;
  /** What was counted at the end of the last finished round, and when. */
  readonly progress: Progress | null;
  readonly progressNs: Ns;
  /** How long all vCPUs stood still while traces were set. */
  readonly tracedStunNs: Ns;
  readonly stunNs: Ns | null;
  readonly resumedNs: Ns | null;
  /** Given up while something was being sent: the last frame knows how far it came. */
  readonly cutShort: boolean;
  readonly backNs: Ns | null;
  readonly endedNs: Ns | null;
  readonly parts: readonly DowntimePart[];
}

export function beginning(migration: PlannedMigration): Story {
  return {
    stage: 'ready',
    failReason: null,
    round: -1,
    runsOn: migration.sourceHost,
    lockOn: migration.sourceHost,
    macOn: migration.sourceHost,
    running: true,
    linkBytesPerSecond: migration.bytesPerSecond,
    sending: false,
    dirtyBytesPerSecond: 0,
    sentPages: 0,
    wireBytes: 0,
    otherBytes: 0,
    toSendPages: migration.pageCount,
    writtenPages: 0,
    rounds: [],
    estimate: null,
    progress: null,
    progressNs: 0,
    firstEstimate: null,
    tracedStunNs: 0,
    stunNs: null,
    resumedNs: null,
    cutShort: false,
    backNs: null,
    endedNs: null,
    parts: [],
  };
}

/** The story after one more event. */
export function tell(story: Story, event: SimEvent, migration: PlannedMigration): Story {
  const change = chapters[event.code] as Chapter<EventCode>;
  return { ...story, ...change(story, event as EventOf<EventCode>, migration) };
}

type Chapter<C extends EventCode> = (
  story: Story,
  event: EventOf<C>,
  migration: PlannedMigration,
) => Partial<Story>;

const chapters: { readonly [C in EventCode]: Chapter<C> } = {
  requested: () => ({ stage: 'checking' }),
  queued: () => ({ stage: 'queued' }),
  'checks-started': () => ({ stage: 'checking' }),
  'checks-passed': () => ({ stage: 'preparing' }),
  'check-failed': () => ({ stage: 'checking' }),
  estimated: (story, { n }) => ({ estimate: n, firstEstimate: story.firstEstimate ?? n }),
  prepared: (_, { n }) => ({ stage: 'tracing', linkBytesPerSecond: n.bytesPerSecond }),
  'disk-copied': (story, { n }) => ({ otherBytes: story.otherBytes + n.bytes + n.mirroredBytes }),
  traced: (_, { n }) => ({ stage: 'pre-copy', toSendPages: n.pages, tracedStunNs: n.stunNs }),
  'round-started': roundStarted,
  'round-ended': roundEnded,
  'sdps-set': (story, { n }) => ({
    dirtyBytesPerSecond: n.dirtyBytesPerSecond,
    progress: story.progress && { ...story.progress, speedPpm: n.speedPpm },
  }),
  stunned,
  'bitmap-sent': (story, event) => ({
    ...partDone(story, event, 'bitmap', event.n.bytes, event.n.durationNs),
    otherBytes: story.otherBytes + event.n.bytes,
  }),
  'last-pages-sent': lastPagesSent,
  'device-state-sent': (story, event) => ({
    ...partDone(story, event, 'device-state', event.n.bytes, event.n.durationNs),
    otherBytes: story.otherBytes + event.n.bytes,
    sending: false,
  }),
  verified: () => ({}),
  'lock-moved': (_, __, migration) => ({ lockOn: migration.targetHost }),
  resumed,
  'rarp-sent': () => ({}),
  'mac-learned': (_, __, migration) => ({ macOn: migration.targetHost }),
  'client-back': (_, { atNs }) => ({ backNs: atNs }),
  'client-lost': () => ({}),
  'source-freed': () => ({}),
  completed: (_, { atNs }) => ({ stage: 'completed', endedNs: atNs, sending: false }),
  'cancel-requested': () => ({}),
  cancelled: (story, { atNs }) => ({ ...stopped(story, atNs), stage: 'cancelled' }),
  failed: (story, { atNs, n }) => ({
    ...stopped(story, atNs),
    stage: 'failed',
    failReason: FAIL_REASONS[n.reason] ?? null,
  }),
};

function roundStarted(story: Story, { atNs, n }: EventOf<'round-started'>): Partial<Story> {
  const round = openRound(n.round, false, atNs, n.dirtyPages);
  return {
    stage: 'pre-copy',
    round: n.round,
    sending: true,
    linkBytesPerSecond: n.bytesPerSecond,
    toSendPages: n.dirtyPages,
    writtenPages: 0,
    rounds: [...story.rounds, round],
  };
}

function roundEnded(story: Story, { atNs, n }: EventOf<'round-ended'>): Partial<Story> {
  const reason = ROUND_REASONS[n.reason] ?? null;
  const whole = reason !== 'cancelled';
  const round: RoundView = {
    ...openRound(n.round, false, n.startNs, n.dirtyPages),
    endNs: atNs,
    done: whole,
    sentPages: n.sentPages,
    wireBytes: n.wireBytes,
    writtenPages: n.leftPages,
    reason,
  };
  return {
    sending: false,
    sentPages: story.sentPages + n.sentPages,
    wireBytes: story.wireBytes + n.wireBytes,
    // A round that is broken off leaves the rest of its list.
    toSendPages: whole ? 0 : n.dirtyPages - n.sentPages,
    writtenPages: n.leftPages,
    dirtyBytesPerSecond: n.dirtyBytesPerSecond,
    rounds: [...story.rounds.slice(0, -1), round],
    progressNs: atNs,
    progress: {
      counters: { wireBytes: story.wireBytes + n.wireBytes, writtenPages: n.leftPages },
      round: n.round,
      speedPpm: n.speedPpm,
      slowestPpm: Math.min(story.progress?.slowestPpm ?? n.speedPpm, n.speedPpm),
      slowedNs: (story.progress?.slowedNs ?? 0) + (n.speedPpm < PPM ? n.endNs - n.startNs : 0),
      left: [...(story.progress?.left ?? []), n.leftBytes],
    },
  };
}

/** The last pages are a round of their own: what was left is its list, and nothing writes meanwhile. */
function stunned(story: Story, { atNs, n }: EventOf<'stunned'>): Partial<Story> {
  return {
    stage: 'stun',
    running: false,
    stunNs: atNs,
    sending: true,
    toSendPages: n.leftPages,
    writtenPages: 0,
    rounds: [...story.rounds, openRound(story.round + 1, true, atNs, n.leftPages)],
  };
}

function lastPagesSent(story: Story, event: EventOf<'last-pages-sent'>): Partial<Story> {
  const { pages, wireBytes, durationNs } = event.n;
  return {
    ...partDone(story, event, 'last-pages', wireBytes, durationNs),
    sentPages: story.sentPages + pages,
    wireBytes: story.wireBytes + wireBytes,
    toSendPages: 0,
    rounds: changeLast(story.rounds, { sentPages: pages, wireBytes }),
  };
}

/** Where it goes on running is where its lock is: on the target only if the lock has moved before. */
function resumed(story: Story, { atNs }: EventOf<'resumed'>, migration: PlannedMigration): Partial<Story> {
  const moved = story.lockOn === migration.targetHost;
  const fromNs = lastPartEndNs(story);
  const resumePart: DowntimePart = { part: 'resume', startNs: fromNs, durationNs: atNs - fromNs, bytes: 0 };
  return {
    stage: 'settling',
    running: true,
    runsOn: story.lockOn,
    resumedNs: atNs,
    sending: false,
    cutShort: !moved && story.sending,
    dirtyBytesPerSecond: 0,
    parts: atNs > fromNs ? [...story.parts, resumePart] : story.parts,
    rounds: changeLast(story.rounds, { endNs: atNs, done: moved }),
  };
}

/** Whatever ended it, a VM that has not resumed on the target runs on where it was. */
function stopped(story: Story, atNs: Ns): Partial<Story> {
  const last = story.rounds.at(-1);
  return {
    endedNs: atNs,
    sending: false,
    cutShort: story.cutShort || story.sending,
    running: true,
    resumedNs: story.stunNs === null ? null : (story.resumedNs ?? atNs),
    rounds:
      last && !last.done && story.resumedNs === null
        ? changeLast(story.rounds, { endNs: atNs })
        : story.rounds,
  };
}

/** A part is told when it is over; the time before the first one is the stopping of the vCPUs. */
function partDone(
  story: Story,
  { atNs }: SimEvent,
  part: DowntimePart['part'],
  bytes: Bytes,
  durationNs: Ns,
): Partial<Story> {
  const startNs = atNs - durationNs;
  const stunNs = story.stunNs ?? startNs;
  const before: readonly DowntimePart[] =
    story.parts.length > 0
      ? story.parts
      : [{ part: 'stop', startNs: stunNs, durationNs: startNs - stunNs, bytes: 0 }];
  return { parts: [...before, { part, startNs, durationNs, bytes }] };
}

function lastPartEndNs(story: Story): Ns {
  const last = story.parts.at(-1);
  return last ? last.startNs + last.durationNs : (story.stunNs ?? 0);
}

function openRound(round: number, stun: boolean, startNs: Ns, dirtyPages: number): RoundView {
  const nothingYet = { sentPages: 0, wireBytes: 0, writtenPages: 0, reason: null };
  return { round, stun, startNs, endNs: startNs, done: false, dirtyPages, ...nothingYet };
}

function changeLast(rounds: readonly RoundView[], change: Partial<RoundView>): readonly RoundView[] {
  const last = rounds.at(-1);
  return last ? [...rounds.slice(0, -1), { ...last, ...change }] : rounds;
}
