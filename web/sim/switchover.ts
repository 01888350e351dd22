/** The switchover: stun, bitmap, last pages, device state, proof, resume; then RARP and clean-up. */
import { assert } from '../base/result.ts';
import { PPM, type Bytes, type Ns } from '../base/units.ts';
import type { GuestMemory } from './data-plane.ts';
import { Cancelled, Failed, type MigrationState, type Pause } from './migration-state.ts';
import { ESXI } from './policy/esxi.ts';
import { roundFacts, send } from './pre-copy.ts';
import { sentSince } from './rounds.ts';
import type { DowntimePart } from './run-log.ts';

/** From the stun to the resume on the target. Throws Cancelled or Failed; the VM then runs on at the source. */
export function* switchOver(it: MigrationState): Generator<Pause> {
  const memory = it.need();
  const deadlineNs = it.nowNs + it.scenario.policy.maxSwitchoverNs;
  const facts = roundFacts(it, memory.counters());
  const leftPages = memory.counters().writtenPages;
  it.stunnedNs = it.nowNs;
  it.serve('stunned', 0);
  it.emit('stunned', {
    leftPages,
    leftBytes: facts.leftBytes,
    neededNs: facts.neededNs,
    goalNs: it.scenario.policy.switchoverGoalNs,
  });
  yield* part(it, 'stop', 0, ESXI.stopNs + it.planned.rttNs, deadlineNs);
  memory.setGuestSpeed(0);
  const bitmapBytes = Math.ceil(it.planned.pageCount / 8);
  const bitmapNs = yield* part(it, 'bitmap', bitmapBytes, 0, deadlineNs);
  it.emit('bitmap-sent', { bytes: bitmapBytes, durationNs: bitmapNs });
  yield* lastPages(it, memory, leftPages, deadlineNs);
  const stateBytes = it.vm.deviceStateBytes;
  const stateNs = yield* part(it, 'device-state', stateBytes, it.planned.rttNs, deadlineNs);
  it.emit('device-state-sent', { bytes: stateBytes, durationNs: stateNs });
  it.wireBytes += bitmapBytes + stateBytes;
  yield 'flow-closes';
  yield* prove(it, memory);
  const resumeNs = yield* part(it, 'resume', 0, ESXI.resumeNs + it.planned.rttNs, deadlineNs);
  it.emit('lock-moved', { durationNs: resumeNs });
  it.resumed = true;
  it.downtimeNs = it.nowNs - it.stunnedNs;
  it.emit('resumed', { downtimeNs: it.downtimeNs });
  it.serve('misdelivered', PPM);
}

function* lastPages(
  it: MigrationState,
  memory: GuestMemory,
  leftPages: number,
  deadlineNs: Ns,
): Generator<Pause> {
  const round = it.rounds.length;
  const startNs = it.nowNs;
  memory.nextRound();
  // The wire was busy with the bitmap until now; nothing of the list has been sent.
  memory.setRate(startNs, it.bytesPerSecond);
  const before = memory.counters();
  it.atRoundStart = before;
  it.out.frame(it.planned.index, round, 0, memory, it.nowNs);
  const limitNs = Math.min(deadlineNs, it.planned.cancelNs ?? Infinity);
  const done = yield* send(it, round, leftPages, limitNs);
  if (!done) interrupt(it, deadlineNs);
  const { sentPages, ...sent } = sentSince(before, memory.counters());
  const durationNs = it.nowNs - startNs;
  it.stun = {
    round,
    dirtyPages: leftPages,
    sentPages,
    ...sent,
    startNs,
    endNs: it.nowNs,
    reason: 'within-goal',
  };
  it.parts.push({ part: 'last-pages', startNs, durationNs, bytes: sent.wireBytes });
  it.emit('last-pages-sent', { pages: sentPages, ...sent, durationNs });
}

function* prove(it: MigrationState, memory: GuestMemory): Generator<Pause> {
  while (!memory.compareMore()) yield 'look';
  it.comparison = memory.compare();
  const counters = memory.counters();
  assert(
    counters.toSendPages === 0 && counters.writtenPages === 0,
    'nothing is left to send when the VM resumes',
  );
  const first = it.comparison ? it.comparison.firstDifferentPage : -1;
  const pages = it.comparison ? it.comparison.pagesCompared : it.planned.pageCount;
  const byteExact = it.comparison ? 1 : 0;
  it.emit('verified', { pages, byteExact, equal: first === -1 ? 1 : 0, firstDifferentPage: first });
  if (first !== -1) throw new Failed('proof', it.nowNs);
}

/** One part of the downtime: over when its bytes are sent and `afterNs` more have passed, unless the deadline or a cancel comes first. */
function* part(
  it: MigrationState,
  part: DowntimePart['part'],
  bytes: Bytes,
  afterNs: Ns,
  deadlineNs: Ns,
): Generator<Pause, Ns> {
  const startNs = it.nowNs;
  const limitNs = Math.min(deadlineNs, it.planned.cancelNs ?? Infinity);
  const isOver = yield* it.occupy(bytes, afterNs, limitNs);
  const durationNs = it.nowNs - startNs;
  it.parts.push({ part, startNs, durationNs, bytes });
  if (!isOver) interrupt(it, deadlineNs);
  return durationNs;
}

function interrupt(it: MigrationState, deadlineNs: Ns): never {
  if (it.nowNs >= deadlineNs) throw new Failed('switchover-timeout', it.nowNs);
  throw new Cancelled(it.nowNs);
}

/** After resume: the network finds the VM, or does not; the source is freed. */
export function settle(it: MigrationState): void {
  if (it.planned.arrival === 'announced') announce(it);
  else if (it.planned.arrival === 'silent') waitForAWord(it);
  else it.emit('client-lost', { networkGapNs: it.nowNs - (it.stunnedNs as Ns) });
  it.nowNs += ESXI.cleanUpNs;
  it.emit('source-freed', { bytes: it.vm.memoryBytes });
  const cancelNs = it.planned.cancelNs;
  if (cancelNs !== null && cancelNs <= it.nowNs)
    it.emit('cancel-requested', { round: it.rounds.length, tooLate: 1 });
}

/** RARP goes out, the switch learns, the client is answered. */
function announce(it: MigrationState): void {
  it.nowNs += ESXI.rarpNs;
  it.emit('rarp-sent', { delayNs: ESXI.rarpNs });
  it.nowNs += ESXI.macLearnNs;
  it.emit('mac-learned', { delayNs: ESXI.macLearnNs });
  it.serve('reachable', PPM);
  clientBack(it);
}

/**
 * Nobody announces it: the switches learn from the next frame the guest sends of its own accord, or forget where it was and flood. The
 * last frame of its old port was sent before the stun. The task does not wait for either.
 */
function waitForAWord(it: MigrationState): void {
  const hereNs = it.nowNs;
  const { guestSpeaksNs, macAgeingNs } = it.scenario.policy;
  const spokenNs = (Math.floor(hereNs / guestSpeaksNs) + 1) * guestSpeaksNs;
  const agedNs = Math.max(hereNs, (it.stunnedNs as Ns) + macAgeingNs);
  it.nowNs = Math.min(spokenNs, agedNs);
  it.emit('mac-learned', { delayNs: it.nowNs - hereNs });
  it.serve('reachable', PPM);
  clientBack(it);
  it.nowNs = hereNs;
}

/** Notes when the client of the VM has its first answer after the stun. */
export function clientBack(it: MigrationState): void {
  const back = it.out.clientBack(it.vm, it.stunnedNs as Ns, it.nowNs);
  it.nowNs = back.atNs;
  it.networkGapNs = back.atNs - (it.stunnedNs as Ns);
  it.emit('client-back', {
    networkGapNs: it.networkGapNs,
    lostPings: back.lostPings,
    retransmissions: back.retransmissions,
  });
}
