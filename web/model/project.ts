/**
 * One instant of a run, ready to be drawn. Pure: the same log and instant give the same moment. The fold over the events is
 * kept beside the log's event list and grows with it, so that an animation frame only searches.
 */
import { NS_PER_SECOND, PAGE_BYTES, PPM, mulDivFloor, transferNs, type Ns } from '../base/units.ts';
import type { ClientSpec } from '../scenario/schema.ts';
import type { EstimateNumbers, SimEvent } from '../sim/events.ts';
import type { MemoryFrame, PlannedMigration, RunLog } from '../sim/run-log.ts';
import { clientTotals, lastIndexWhere, stretchAt } from '../sim/client.ts';
import { trackUntil } from './client-view.ts';
import { courseAhead, type ExpectedCourse } from '../sim/estimate.ts';
import { memoryAt } from './frames.ts';
import type { Moment, RoundView } from './moment.ts';
import { beginning, tell, type Story } from './story.ts';

export interface ProjectOptions {
  /** Which of the log's migrations; the first one where nothing is said. */
  readonly migration?: number;
  /** Shown until the run has made an estimate of its own. */
  readonly estimate?: EstimateNumbers | null;
}

export function project(log: RunLog, atNs: Ns, options: ProjectOptions = {}): Moment {
  const migration = log.migrations[options.migration ?? 0];
  if (!migration) throw new RangeError(`the log has no migration ${options.migration ?? 0}`);
  const eventCount = eventsUpTo(log.events, atNs);
  const story = storyAt(log, migration, eventCount);
  const frame = frameOf(log, migration, story, atNs);
  const track = trackUntil(log, migration, atNs);
  const pages = pagesLeft(story, frame, migration);
  const bytesPerSecond = story.sending ? story.linkBytesPerSecond : 0;
  const leftBytes = pages.leftPages * PAGE_BYTES;
  const downtimeEndNs = story.resumedNs ?? atNs;
  return {
    atNs,
    migration,
    swapped: goesBack(log, migration),
    stage: story.stage,
    failReason: story.failReason,
    round: story.round,
    runsOn: story.runsOn,
    lockOn: story.lockOn,
    macOn: story.macOn,
    running: story.running,
    speedPpm: story.running ? (stretchAt(track.service, atNs)?.speedPpm ?? PPM) : 0,
    sentPages: Math.max(story.sentPages, frame?.sentPages ?? 0),
    wireBytes: Math.max(story.wireBytes, frame?.wireBytes ?? 0) + story.otherBytes,
    ...pages,
    leftBytes,
    bytesPerSecond,
    dirtyBytesPerSecond: dirtyRate(story, frame, atNs),
    neededNs: story.linkBytesPerSecond > 0 ? transferNs(leftBytes, story.linkBytesPerSecond) : 0,
    goalNs: log.scenario.policy.switchoverGoalNs,
    downtimeNs: story.stunNs === null ? 0 : downtimeEndNs - story.stunNs,
    tracedStunNs: story.tracedStunNs,
    downtimeParts: story.parts,
    gap: story.stunNs === null ? null : { fromNs: story.stunNs, toNs: story.backNs },
    estimate: story.estimate ?? options.estimate ?? null,
    firstEstimate: story.firstEstimate ?? options.estimate ?? null,
    rounds: roundsAt(story, frame, atNs),
    course: courseAt(log, migration, story),
    frame,
    cursorPage: frame?.cursorPage ?? 0,
    client: clientTotals(track, atNs),
    undisturbedTransactions: undisturbedBy(track.spec, atNs),
    eventCount,
    report: story.endedNs === null ? null : (log.report?.migrations[migration.index] ?? null),
  };
}

function goesBack({ scenario: { hosts } }: RunLog, { sourceHost, targetHost }: PlannedMigration): boolean {
  const at = (id: string) => hosts.findIndex((host) => host.id === id);
  return at(sourceHost) > at(targetHost);
}

function undisturbedBy({ latencyNs, serviceNs }: ClientSpec, atNs: Ns): number {
  return Math.floor(atNs / Math.max(1, 2 * latencyNs + serviceNs));
}

/** Kept beside what it was computed from: the counts of the last finished round, or the plan. */
const courses = new WeakMap<object, ExpectedCourse>();

/** What is expected from here on; null once the VM has stopped or the migration is over. */
function courseAt(log: RunLog, migration: PlannedMigration, story: Story): ExpectedCourse | null {
  if (story.stunNs !== null || story.endedNs !== null) return null;
  const key = story.progress ?? migration;
  let course = courses.get(key);
  if (!course) {
    course = courseAhead(
      log.scenario,
      migration,
      story.progress,
      story.progress ? story.progressNs : undefined,
    );
    courses.set(key, course);
  }
  return course;
}

/** Events with `atNs` at or before the instant. */
export function eventsUpTo(events: readonly SimEvent[], atNs: Ns): number {
  return 1 + lastIndexWhere(events.length, (i) => (events[i] as SimEvent).atNs <= atNs);
}

interface Fold {
  readonly stories: Story[];
  readonly positions: number[];
  seen: number;
}

const folds = new WeakMap<readonly SimEvent[], Map<number, Fold>>();

function storyAt(log: RunLog, migration: PlannedMigration, eventCount: number): Story {
  const fold = foldOf(log.events, migration);
  for (; fold.seen < eventCount; fold.seen++) {
    const event = log.events[fold.seen] as SimEvent;
    if (event.migration !== migration.index) continue;
    fold.stories.push(tell(fold.stories[fold.stories.length - 1] as Story, event, migration));
    fold.positions.push(fold.seen);
  }
  const at = lastIndexWhere(fold.positions.length, (i) => (fold.positions[i] as number) < eventCount);
  return fold.stories[at] as Story;
}

function foldOf(events: readonly SimEvent[], migration: PlannedMigration): Fold {
  let perMigration = folds.get(events);
  if (!perMigration) folds.set(events, (perMigration = new Map()));
  let fold = perMigration.get(migration.index);
  // Position -1 stands for the beginning, which holds before the first event.
  if (!fold)
    perMigration.set(migration.index, (fold = { stories: [beginning(migration)], positions: [-1], seen: 0 }));
  return fold;
}

/** After success nothing is left to show; after a failure the memory stays as it was when it was given up. */
function frameOf(log: RunLog, migration: PlannedMigration, story: Story, atNs: Ns): MemoryFrame | null {
  if (story.round < 0 || story.stage === 'completed') return null;
  return memoryAt(log.frames, migration.index, migration.pageCount, Math.min(atNs, story.endedNs ?? atNs));
}

/** A frame of an earlier round than the story's is out of date: the round has just turned. */
function isCurrent(story: Story, frame: MemoryFrame | null): frame is MemoryFrame {
  return (
    frame !== null && (story.sending || story.cutShort) && frame.round === (story.rounds.at(-1)?.round ?? -1)
  );
}

function pagesLeft(story: Story, frame: MemoryFrame | null, { targetHost }: PlannedMigration) {
  const source = isCurrent(story, frame) ? frame : story;
  // On the target it has all of its memory; what runs on at the source keeps what was not sent.
  const moved = story.resumedNs !== null && story.runsOn === targetHost;
  const { toSendPages, writtenPages } = moved ? { toSendPages: 0, writtenPages: 0 } : source;
  return { toSendPages, writtenPages, leftPages: toSendPages + writtenPages };
}

/** A round that has only begun says little about its write rate, so the one before it speaks for a little longer. */
const SAY_RATE_AFTER_NS = NS_PER_SECOND / 20;

function dirtyRate(story: Story, frame: MemoryFrame | null, atNs: Ns): number {
  const round = story.rounds.at(-1);
  if (!isCurrent(story, frame) || !round || round.stun) return story.dirtyBytesPerSecond;
  const elapsedNs = atNs - round.startNs;
  if (elapsedNs < SAY_RATE_AFTER_NS && story.dirtyBytesPerSecond > 0) return story.dirtyBytesPerSecond;
  return elapsedNs > 0 ? mulDivFloor(frame.writtenPages * PAGE_BYTES, NS_PER_SECOND, elapsedNs) : 0;
}

function roundsAt(story: Story, frame: MemoryFrame | null, atNs: Ns): readonly RoundView[] {
  const last = story.rounds.at(-1);
  if (!last || last.done) return story.rounds;
  const progress = isCurrent(story, frame)
    ? {
        sentPages: Math.max(last.sentPages, frame.sentPages - story.sentPages),
        wireBytes: Math.max(last.wireBytes, frame.wireBytes - story.wireBytes),
        writtenPages: frame.writtenPages,
      }
    : {};
  return [
    ...story.rounds.slice(0, -1),
    { ...last, ...progress, endNs: story.endedNs === null && !story.cutShort ? atNs : last.endNs },
  ];
}
