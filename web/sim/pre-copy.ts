/** Pre-copy: round 0 sends the used memory, each further round what was written during the one before. */
import { PPM, transferNs, type Ns, type Ppm } from '../base/units.ts';
import type { Counters, GuestMemory } from './data-plane.ts';
import { ROUND_REASONS, type RoundReason } from './events.ts';
import { Cancelled, Failed, type MigrationState, type Pause } from './migration-state.ts';
import { ESXI, decideAfterRound, type RoundDecision } from './policy/esxi.ts';
import { measureRound, sentSince, type RoundMeasures } from './rounds.ts';

/** Frames a round is cut into, so that playback sees it grow; fewer for huge VMs, whose bitmaps cost more to look at. */
const FRAMES_PER_ROUND = 48;
const HUGE_PAGES = 2 ** 28;
const FRAMES_PER_HUGE_ROUND = 12;
/** A step of the data plane stays far below a tenth of a second, so that a watcher is never left waiting. */
const MOST_PAGES_A_STEP = 2 ** 23;

/** Rounds until what is left fits the goal. Throws Failed where they stop shrinking. */
export function* preCopy(it: MigrationState): Generator<Pause> {
  const memory = it.need();
  let dirtyPages = memory.counters().toSendPages;
  for (let round = 0; ; round++) {
    yield* sendRound(it, round, dirtyPages);
    const decision = endRound(it, round, dirtyPages);
    if (decision.reason === 'no-progress') throw new Failed('no-convergence', it.nowNs);
    if (decision.reason === 'within-goal') return;
    it.estimate(round);
    dirtyPages = memory.nextRound();
  }
}

function* sendRound(it: MigrationState, round: number, dirtyPages: number): Generator<Pause> {
  const memory = it.need();
  it.atRoundStart = memory.counters();
  it.emit('round-started', { round, dirtyPages, bytesPerSecond: it.bytesPerSecond });
  it.out.frame(it.planned.index, round, it.speedPpm, memory, it.nowNs);
  const limitNs = it.planned.cancelNs ?? Infinity;
  yield* send(it, round, dirtyPages, limitNs);
  if (it.nowNs >= limitNs) cancelInRound(it, round, dirtyPages);
}

/** Sends the list in slices that watchers can see; slices never change the result. Stops at the end of the list or at limitNs. */
export function* send(
  it: MigrationState,
  round: number,
  dirtyPages: number,
  limitNs: Ns,
): Generator<Pause, boolean> {
  const memory = it.need();
  const huge = it.planned.pageCount >= HUGE_PAGES;
  const frames = it.out.watches ? (huge ? FRAMES_PER_HUGE_ROUND : FRAMES_PER_ROUND) : 1;
  const perFrame = Math.max(64, Math.ceil(dirtyPages / frames));
  let toFrame = perFrame;
  for (;;) {
    const untilNs = Math.min(limitNs, it.horizonNs, Number.MAX_SAFE_INTEGER);
    const before = memory.counters();
    const stop = memory.advance(untilNs, Math.min(toFrame, MOST_PAGES_A_STEP));
    const now = memory.counters();
    it.nowNs = stop === 'time' ? untilNs : now.nowNs;
    noteSpeed(it, before, now);
    it.wireBytes = now.wireBytes;
    it.sentPages = now.sentPages;
    toFrame -= now.sentPages - before.sentPages;
    const isOver = stop === 'round' || (stop === 'time' && untilNs >= limitNs);
    if (toFrame <= 0 || isOver) {
      it.out.frame(it.planned.index, round, it.speedPpm, memory, it.nowNs);
      toFrame = perFrame;
    }
    if (isOver) return stop === 'round';
    yield stop === 'time' ? it.atHorizon(() => Math.min(limitNs, soonestClose(it, memory))) : 'look';
  }
}

/** No flow closes before its list is through, the VM is stopped, and bitmap and device state have followed. */
function soonestClose(it: MigrationState, memory: GuestMemory): Ns {
  const restBytes = Math.ceil(it.planned.pageCount / 8) + it.vm.deviceStateBytes;
  if (it.bytesPerSecond === 0) return Infinity;
  const stopNs = it.stunnedNs === null ? ESXI.stopNs + it.planned.rttNs : 0;
  const bytes = it.stunnedNs === null ? restBytes : it.vm.deviceStateBytes;
  return memory.soonestNs() + stopNs + transferNs(bytes, it.bytesPerSecond) + it.planned.rttNs;
}

/** What traces and SDPS left of the guest's speed in the slice just sent, as the clients feel it. */
function noteSpeed(it: MigrationState, before: Counters, after: Counters): void {
  if (it.stunnedNs !== null) return;
  const durationNs = after.nowNs - before.nowNs;
  if (durationNs <= 0) return;
  const speed = Math.max(1, Math.min(PPM, Math.floor(((after.guestNs - before.guestNs) * PPM) / durationNs)));
  it.out.serve({
    migration: it.planned.index,
    fromNs: before.nowNs,
    state: 'reachable',
    speedPpm: speed,
    host: it.location,
  });
}

function endRound(it: MigrationState, round: number, dirtyPages: number): RoundDecision {
  const now = it.need().counters();
  const facts = roundFacts(it, now);
  const decision = decideAfterRound(
    { switchoverGoalNs: it.scenario.policy.switchoverGoalNs, sdps: it.scenario.policy.sdps },
    {
      round,
      sentBytes: facts.wireBytes,
      leftBytes: facts.leftBytes,
      neededNs: facts.neededNs,
      leftBefore: it.left,
      speedPpm: it.speedPpm,
    },
  );
  recordRound(it, round, dirtyPages, now, decision.reason);
  it.left.push(facts.leftBytes);
  if (decision.reason === 'sdps') slowDown(it, round, decision.speedPpm, facts);
  return decision;
}

function slowDown(it: MigrationState, round: number, speedPpm: Ppm, facts: RoundMeasures): void {
  it.speedPpm = speedPpm;
  it.need().setGuestSpeed(speedPpm);
  it.emit('sdps-set', {
    round,
    speedPpm,
    dirtyBytesPerSecond: facts.dirtyBytesPerSecond,
    bytesPerSecond: facts.bytesPerSecond,
  });
}

function cancelInRound(it: MigrationState, round: number, dirtyPages: number): never {
  const now = it.need().counters();
  recordRound(it, round, dirtyPages, now, 'cancelled');
  throw new Cancelled(it.nowNs);
}

export function roundFacts(it: MigrationState, now: Counters): RoundMeasures {
  return measureRound(it.atRoundStart as Counters, now, it.nowNs, it.bytesPerSecond);
}

function recordRound(
  it: MigrationState,
  round: number,
  dirtyPages: number,
  now: Counters,
  reason: RoundReason,
): void {
  const start = it.atRoundStart as Counters;
  const facts = roundFacts(it, now);
  const { sentPages, zeroPages, deltaPages, wireBytes } = sentSince(start, now);
  const [startNs, endNs] = [start.nowNs, it.nowNs];
  // Field by field, here and below: in a fleet tens of thousands of rounds end, and spreads would cost more than the rounds.
  it.rounds.push({ round, dirtyPages, sentPages, zeroPages, deltaPages, wireBytes, startNs, endNs, reason });
  it.slowestPpm = Math.min(it.slowestPpm, it.speedPpm);
  if (it.speedPpm < PPM) it.slowedNs += endNs - startNs;
  it.emit('round-ended', {
    round,
    dirtyPages,
    sentPages,
    zeroPages,
    deltaPages,
    wireBytes,
    startNs,
    endNs,
    unchangedPages: now.unchangedPages - start.unchangedPages,
    compressedPages: now.compressedPages - start.compressedPages,
    leftPages: now.writtenPages,
    leftBytes: facts.leftBytes,
    bytesPerSecond: facts.bytesPerSecond,
    dirtyBytesPerSecond: facts.dirtyBytesPerSecond,
    neededNs: facts.neededNs,
    goalNs: it.scenario.policy.switchoverGoalNs,
    traceFaults: now.traceFaults - start.traceFaults,
    guestWrites: now.guestWrites - start.guestWrites,
    speedPpm: it.speedPpm,
    reason: ROUND_REASONS.indexOf(reason),
  });
}
