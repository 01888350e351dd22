/**
 * One migration as a state machine in virtual time, as vMotion does it: checks, preparation, traces, round 0 over the used
 * memory, further rounds until what is left fits the switchover goal, stun, last pages and device state, proof, resume, RARP,
 * clean-up. Written as a generator: it pauses wherever a watcher may want to look, never because of the wall clock.
 */
import { PPM, transferNs, type Bytes, type Ns, type Ppm } from '../base/units.ts';
import { assert } from '../base/result.ts';
import type { Scenario, Vm } from '../scenario/schema.ts';
import type { Comparison, Counters, DataPlane, GuestMemory } from './data-plane.ts';
import { estimateMigration } from './estimate.ts';
import { checkMigration } from './checks.ts';
import { memorySpec } from './cost.ts';
import { CHECKS, FAIL_REASONS, ROUND_REASONS } from './events.ts';
import type {
  EstimateNumbers,
  EventCode,
  EventNumbers,
  FailReason,
  FinishNumbers,
  RoundReason,
} from './events.ts';
import { measureRound, sentSince, type RoundMeasures } from './rounds.ts';
import { decideAfterRound, ESXI, type RoundDecision } from './policy/esxi.ts';
import type { Recorder } from './recorder.ts';
import type { DowntimePart, MigrationReport, Outcome, PlannedMigration, RoundRecord } from './run-log.ts';

/** Frames a round is cut into, so that playback sees it grow; fewer for huge VMs, whose bitmaps cost more to look at. */
const FRAMES_PER_ROUND = 48;
const HUGE_PAGES = 2 ** 28;
const FRAMES_PER_HUGE_ROUND = 12;

class Cancelled {
  constructor(readonly atNs: Ns) {}
}
class Failed {
  constructor(
    readonly reason: FailReason,
    readonly atNs: Ns,
  ) {}
}

export class Migration {
  #nowNs: Ns;
  #memory: GuestMemory | null = null;
  #speedPpm: Ppm = PPM;
  readonly #rounds: RoundRecord[] = [];
  readonly #left: Bytes[] = [];
  readonly #parts: DowntimePart[] = [];
  #stun: RoundRecord | null = null;
  #stunnedNs: Ns | null = null;
  #resumed = false;
  #downtimeNs: Ns = 0;
  #networkGapNs: Ns = 0;
  #predicted: EstimateNumbers | null = null;
  #latest: EstimateNumbers | null = null;
  #share = 0;
  #comparison: Comparison | null = null;
  #wireBytes: Bytes = 0;
  #sentPages = 0;
  /** Totals at the start of the round under way. */
  #atRoundStart: Counters | null = null;

  constructor(
    readonly scenario: Scenario,
    readonly vm: Vm,
    readonly planned: PlannedMigration,
    readonly plane: DataPlane,
    readonly out: Recorder,
    /** Where the VM is now; differs from the plan only when an earlier migration did not arrive. */
    readonly location: string,
    startNs: Ns,
  ) {
    this.#nowNs = startNs;
  }

  get nowNs(): Ns {
    return this.#nowNs;
  }

  /** Never runs backwards: the latest estimate moves the end, not what is done. */
  get doneShare(): number {
    const totalNs = this.#latest?.totalNs ?? 0;
    const doneNs = this.#nowNs - this.planned.requestedNs;
    this.#share = Math.max(this.#share, totalNs > 0 ? Math.min(0.99, doneNs / Math.max(totalNs, doneNs)) : 0);
    return this.#share;
  }

  /** Host that runs the VM when this is over. */
  get endsOn(): string {
    return this.#resumed ? this.planned.targetHost : this.location;
  }

  *run(): Generator<void, MigrationReport> {
    try {
      yield* this.#steps();
      return this.#finish('completed', null);
    } catch (stop) {
      if (stop instanceof Cancelled) return this.#giveUp('cancelled', null, stop.atNs);
      if (stop instanceof Failed) return this.#giveUp('failed', stop.reason, stop.atNs);
      throw stop;
    } finally {
      this.#memory?.release();
    }
  }

  *#steps(): Generator<void> {
    this.#check();
    this.#estimate(-1);
    this.#prepare();
    this.#trace();
    yield;
    yield* this.#preCopy();
    yield* this.#switchOver();
    this.#settle();
  }

  // ---- before the first page ------------------------------------------------------------------------------------------

  #check(): void {
    this.#emit('checks-started', { checks: CHECKS.length });
    this.#pass(ESXI.checksNs);
    const refused = checkMigration(this.scenario, this.vm, this.planned, this.location).filter(
      (answer) => !answer.passes,
    );
    for (const { check, needed, available } of refused)
      this.#emit('check-failed', { check: CHECKS.indexOf(check), needed, available });
    if (refused.length > 0) throw new Failed('checks', this.#nowNs);
    this.#emit('checks-passed', { checks: CHECKS.length });
  }

  #estimate(afterRound: number): void {
    const progress = this.#memory
      ? { counters: this.#memory.counters(), round: afterRound, speedPpm: this.#speedPpm, left: this.#left }
      : null;
    const numbers = estimateMigration(this.scenario, this.planned, progress, this.#nowNs);
    this.#predicted ??= numbers;
    this.#latest = numbers;
    this.#emit('estimated', { ...numbers, afterRound });
  }

  #prepare(): void {
    this.#pass(ESXI.prepareNs + ESXI.prepareRoundTrips * this.planned.rttNs);
    const { bytesPerSecond, lineBytesPerSecond, windowLimited } = this.planned;
    this.#emit('prepared', {
      reservedBytes: this.vm.memoryBytes,
      bytesPerSecond,
      lineBytesPerSecond,
      windowLimited: windowLimited ? 1 : 0,
    });
  }

  #trace(): void {
    const policy = this.scenario.policy;
    this.#memory = this.plane.create(memorySpec(this.scenario, this.planned));
    const stops = policy.traceInstall === 'stop-based';
    const durationNs = this.planned.pageCount * (stops ? ESXI.traceStopNsPerPage : ESXI.traceLooseNsPerPage);
    const sharePpm = Math.floor((PPM * (this.vm.vcpus - 1)) / this.vm.vcpus);
    this.#serve(stops ? 'stunned' : 'reachable', stops ? PPM : Math.max(sharePpm, PPM / 2));
    this.#pass(durationNs);
    this.#serve('reachable', PPM);
    this.#emit('traced', { pages: this.planned.pageCount, durationNs, stunNs: stops ? durationNs : 0 });
    this.#memory.beginTracking(this.#nowNs, this.planned.bytesPerSecond);
  }

  // ---- rounds ---------------------------------------------------------------------------------------------------------

  *#preCopy(): Generator<void> {
    const memory = this.#need();
    let dirtyPages = memory.counters().toSendPages;
    for (let round = 0; ; round++) {
      yield* this.#sendRound(round, dirtyPages);
      const decision = this.#endRound(round, dirtyPages);
      if (decision.reason === 'no-progress') throw new Failed('no-convergence', this.#nowNs);
      if (decision.reason === 'within-goal') return;
      this.#estimate(round);
      dirtyPages = memory.nextRound();
    }
  }

  *#sendRound(round: number, dirtyPages: number): Generator<void> {
    const memory = this.#need();
    this.#atRoundStart = memory.counters();
    this.#emit('round-started', { round, dirtyPages, bytesPerSecond: this.planned.bytesPerSecond });
    this.out.frame(this.planned.index, round, this.#speedPpm, memory, this.#nowNs);
    const limitNs = this.planned.cancelNs ?? Infinity;
    yield* this.#send(round, dirtyPages, limitNs);
    if (this.#nowNs >= limitNs) this.#cancelInRound(round, dirtyPages);
  }

  /** Sends the list in slices that watchers can see; slices never change the result. Stops at the end of the list or at limitNs. */
  *#send(round: number, dirtyPages: number, limitNs: Ns): Generator<void, boolean> {
    const memory = this.#need();
    const slices = this.planned.pageCount >= HUGE_PAGES ? FRAMES_PER_HUGE_ROUND : FRAMES_PER_ROUND;
    const budget = Math.max(64, Math.ceil(dirtyPages / slices));
    const untilNs = Math.min(limitNs, Number.MAX_SAFE_INTEGER);
    for (;;) {
      const before = memory.counters();
      const stop = memory.advance(untilNs, budget);
      const counters = memory.counters();
      this.#nowNs = stop === 'time' ? untilNs : counters.nowNs;
      this.#noteSpeed(before, counters);
      this.#wireBytes = counters.wireBytes;
      this.#sentPages = counters.sentPages;
      this.out.frame(this.planned.index, round, this.#speedPpm, memory, this.#nowNs);
      if (stop !== 'budget') return stop === 'round';
      yield;
    }
  }

  /** What traces and SDPS left of the guest's speed in the slice just sent, as the clients feel it. */
  #noteSpeed(before: Counters, after: Counters): void {
    if (this.#stunnedNs !== null) return;
    const durationNs = after.nowNs - before.nowNs;
    if (durationNs <= 0) return;
    const speed = Math.max(
      1,
      Math.min(PPM, Math.floor(((after.guestNs - before.guestNs) * PPM) / durationNs)),
    );
    this.out.serve({
      migration: this.planned.index,
      fromNs: before.nowNs,
      state: 'reachable',
      speedPpm: speed,
      host: this.location,
    });
  }

  #endRound(round: number, dirtyPages: number): RoundDecision {
    const now = this.#need().counters();
    const facts = this.#roundFacts(now);
    const decision = decideAfterRound(
      { switchoverGoalNs: this.scenario.policy.switchoverGoalNs, sdps: this.scenario.policy.sdps },
      {
        round,
        sentBytes: facts.wireBytes,
        leftBytes: facts.leftBytes,
        neededNs: facts.neededNs,
        leftBefore: this.#left,
        speedPpm: this.#speedPpm,
      },
    );
    this.#recordRound(round, dirtyPages, now, decision.reason);
    this.#left.push(facts.leftBytes);
    if (decision.reason === 'sdps') this.#slowDown(round, decision.speedPpm, facts);
    return decision;
  }

  #slowDown(round: number, speedPpm: Ppm, facts: RoundMeasures): void {
    this.#speedPpm = speedPpm;
    this.#need().setGuestSpeed(speedPpm);
    this.#emit('sdps-set', {
      round,
      speedPpm,
      dirtyBytesPerSecond: facts.dirtyBytesPerSecond,
      bytesPerSecond: facts.bytesPerSecond,
    });
  }

  #cancelInRound(round: number, dirtyPages: number): never {
    const now = this.#need().counters();
    this.#recordRound(round, dirtyPages, now, 'cancelled');
    throw new Cancelled(this.#nowNs);
  }

  #roundFacts(now: Counters): RoundMeasures {
    return measureRound(this.#atRoundStart as Counters, now, this.#nowNs, this.planned.bytesPerSecond);
  }

  #recordRound(round: number, dirtyPages: number, now: Counters, reason: RoundReason): void {
    const start = this.#atRoundStart as Counters;
    const facts = this.#roundFacts(now);
    const common = { round, dirtyPages, ...sentSince(start, now), startNs: start.nowNs, endNs: this.#nowNs };
    this.#rounds.push({ ...common, reason });
    this.#emit('round-ended', {
      ...common,
      unchangedPages: now.unchangedPages - start.unchangedPages,
      compressedPages: now.compressedPages - start.compressedPages,
      leftPages: now.writtenPages,
      leftBytes: facts.leftBytes,
      bytesPerSecond: facts.bytesPerSecond,
      dirtyBytesPerSecond: facts.dirtyBytesPerSecond,
      neededNs: facts.neededNs,
      goalNs: this.scenario.policy.switchoverGoalNs,
      traceFaults: now.traceFaults - start.traceFaults,
      guestWrites: now.guestWrites - start.guestWrites,
      speedPpm: this.#speedPpm,
      reason: ROUND_REASONS.indexOf(reason),
    });
  }

  // ---- switchover -----------------------------------------------------------------------------------------------------

  *#switchOver(): Generator<void> {
    const memory = this.#need();
    const deadlineNs = this.#nowNs + this.scenario.policy.maxSwitchoverNs;
    const facts = this.#roundFacts(memory.counters());
    const leftPages = memory.counters().writtenPages;
    this.#stunnedNs = this.#nowNs;
    this.#serve('stunned', 0);
    this.#emit('stunned', {
      leftPages,
      leftBytes: facts.leftBytes,
      neededNs: facts.neededNs,
      goalNs: this.scenario.policy.switchoverGoalNs,
    });
    this.#part('stop', ESXI.stopNs + this.planned.rttNs, 0, deadlineNs);
    memory.setGuestSpeed(0);
    const bitmapBytes = Math.ceil(this.planned.pageCount / 8);
    const bitmapNs = this.#part(
      'bitmap',
      transferNs(bitmapBytes, this.planned.bytesPerSecond),
      bitmapBytes,
      deadlineNs,
    );
    this.#emit('bitmap-sent', { bytes: bitmapBytes, durationNs: bitmapNs });
    yield* this.#lastPages(memory, leftPages, deadlineNs);
    const stateBytes = this.vm.deviceStateBytes;
    const stateNs = this.#part(
      'device-state',
      transferNs(stateBytes, this.planned.bytesPerSecond) + this.planned.rttNs,
      stateBytes,
      deadlineNs,
    );
    this.#emit('device-state-sent', { bytes: stateBytes, durationNs: stateNs });
    this.#wireBytes += bitmapBytes + stateBytes;
    yield* this.#prove(memory);
    const resumeNs = this.#part('resume', ESXI.resumeNs + this.planned.rttNs, 0, deadlineNs);
    this.#emit('lock-moved', { durationNs: resumeNs });
    this.#resumed = true;
    this.#downtimeNs = this.#nowNs - this.#stunnedNs;
    this.#emit('resumed', { downtimeNs: this.#downtimeNs });
    this.#serve('misdelivered', PPM);
  }

  *#lastPages(memory: GuestMemory, leftPages: number, deadlineNs: Ns): Generator<void> {
    const round = this.#rounds.length;
    const startNs = this.#nowNs;
    memory.nextRound();
    // The wire was busy with the bitmap until now; nothing of the list has been sent.
    memory.setRate(startNs, this.planned.bytesPerSecond);
    const before = memory.counters();
    this.#atRoundStart = before;
    this.out.frame(this.planned.index, round, 0, memory, this.#nowNs);
    const limitNs = Math.min(deadlineNs, this.planned.cancelNs ?? Infinity);
    const done = yield* this.#send(round, leftPages, limitNs);
    if (!done) this.#interrupt(deadlineNs);
    const { sentPages, ...sent } = sentSince(before, memory.counters());
    const durationNs = this.#nowNs - startNs;
    this.#stun = {
      round,
      dirtyPages: leftPages,
      sentPages,
      ...sent,
      startNs,
      endNs: this.#nowNs,
      reason: 'within-goal',
    };
    this.#parts.push({ part: 'last-pages', startNs, durationNs, bytes: sent.wireBytes });
    this.#emit('last-pages-sent', { pages: sentPages, ...sent, durationNs });
  }

  *#prove(memory: GuestMemory): Generator<void> {
    yield;
    this.#comparison = memory.compare();
    const counters = memory.counters();
    assert(
      counters.toSendPages === 0 && counters.writtenPages === 0,
      'nothing is left to send when the VM resumes',
    );
    const first = this.#comparison ? this.#comparison.firstDifferentPage : -1;
    const pages = this.#comparison ? this.#comparison.pagesCompared : this.planned.pageCount;
    const byteExact = this.#comparison ? 1 : 0;
    this.#emit('verified', { pages, byteExact, equal: first === -1 ? 1 : 0, firstDifferentPage: first });
    if (first !== -1) throw new Failed('proof', this.#nowNs);
  }

  /** One part of the downtime: lasts durationNs unless the deadline or a cancel comes first. */
  #part(part: DowntimePart['part'], durationNs: Ns, bytes: Bytes, deadlineNs: Ns): Ns {
    const endNs = this.#nowNs + durationNs;
    const limitNs = Math.min(deadlineNs, this.planned.cancelNs ?? Infinity);
    if (endNs > limitNs) {
      this.#parts.push({ part, startNs: this.#nowNs, durationNs: limitNs - this.#nowNs, bytes });
      this.#nowNs = limitNs;
      this.#interrupt(deadlineNs);
    }
    this.#parts.push({ part, startNs: this.#nowNs, durationNs, bytes });
    this.#nowNs = endNs;
    return durationNs;
  }

  #interrupt(deadlineNs: Ns): never {
    if (this.#nowNs >= deadlineNs) throw new Failed('switchover-timeout', this.#nowNs);
    throw new Cancelled(this.#nowNs);
  }

  // ---- after resume, or after giving up -------------------------------------------------------------------------------

  #settle(): void {
    this.#nowNs += ESXI.rarpNs;
    this.#emit('rarp-sent', { delayNs: ESXI.rarpNs });
    this.#nowNs += ESXI.macLearnNs;
    this.#emit('mac-learned', { delayNs: ESXI.macLearnNs });
    this.#serve('reachable', PPM);
    this.#clientBack();
    this.#nowNs += ESXI.cleanUpNs;
    this.#emit('source-freed', { bytes: this.vm.memoryBytes });
    const cancelNs = this.planned.cancelNs;
    if (cancelNs !== null && cancelNs <= this.#nowNs)
      this.#emit('cancel-requested', { round: this.#rounds.length, tooLate: 1 });
  }

  #clientBack(): void {
    const back = this.out.clientBack(this.vm, this.#stunnedNs as Ns, this.#nowNs);
    this.#nowNs = back.atNs;
    this.#networkGapNs = back.atNs - (this.#stunnedNs as Ns);
    this.#emit('client-back', {
      networkGapNs: this.#networkGapNs,
      lostPings: back.lostPings,
      retransmissions: back.retransmissions,
    });
  }

  #giveUp(outcome: Outcome, reason: FailReason | null, atNs: Ns): MigrationReport {
    this.#nowNs = atNs;
    if (outcome === 'cancelled') this.#emit('cancel-requested', { round: this.#rounds.length, tooLate: 0 });
    if (this.#stunnedNs !== null) {
      this.#downtimeNs = this.#nowNs - this.#stunnedNs;
      this.#emit('resumed', { downtimeNs: this.#downtimeNs });
    }
    if (this.#memory) this.#serve('reachable', PPM);
    if (this.#stunnedNs !== null) this.#clientBack();
    return this.#finish(outcome, reason);
  }

  #finish(outcome: Outcome, failReason: FailReason | null): MigrationReport {
    const totals: FinishNumbers = {
      totalNs: this.#nowNs - this.planned.requestedNs,
      downtimeNs: this.#downtimeNs,
      networkGapNs: this.#networkGapNs,
      wireBytes: this.#wireBytes,
      sentPages: this.#sentPages,
      rounds: this.#rounds.length,
    };
    if (outcome === 'failed')
      this.#emit('failed', { ...totals, reason: FAIL_REASONS.indexOf(failReason as FailReason) });
    else this.#emit(outcome, totals);
    return this.#report(outcome, failReason, totals);
  }

  #report(outcome: Outcome, failReason: FailReason | null, totals: FinishNumbers): MigrationReport {
    const comparison = this.#comparison;
    return {
      vm: this.vm.id,
      sourceHost: this.location,
      targetHost: this.planned.targetHost,
      outcome,
      failReason,
      verified: comparison ? comparison.firstDifferentPage === -1 : null,
      verifiedBy: this.planned.fidelity === 'byte-exact' ? 'comparison' : 'accounting',
      pagesCompared: comparison?.pagesCompared ?? 0,
      sourceHash: comparison?.sourceHash ?? null,
      targetHash: comparison?.targetHash ?? null,
      requestedNs: this.planned.requestedNs,
      totalNs: totals.totalNs,
      downtimeNs: totals.downtimeNs,
      downtimeParts: this.#parts,
      networkGapNs: totals.networkGapNs,
      wireBytes: totals.wireBytes,
      pagesSent: totals.sentPages,
      rounds: this.#rounds,
      stun: this.#stun,
      predicted: this.#predicted,
      client: this.out.clientTotals(this.vm, this.#nowNs),
    };
  }

  // ---- small things ---------------------------------------------------------------------------------------------------

  /** Lets time pass in which nothing is sent; a cancel that falls into it ends the migration there. */
  #pass(durationNs: Ns): void {
    const endNs = this.#nowNs + durationNs;
    const cancelNs = this.planned.cancelNs;
    if (cancelNs !== null && cancelNs < endNs) throw new Cancelled(Math.max(this.#nowNs, cancelNs));
    this.#nowNs = endNs;
  }

  #serve(state: 'reachable' | 'stunned' | 'misdelivered', speedPpm: Ppm): void {
    const host = this.#resumed ? this.planned.targetHost : this.location;
    this.out.serve({ migration: this.planned.index, fromNs: this.#nowNs, state, speedPpm, host });
  }

  #emit<C extends EventCode>(code: C, n: EventNumbers[C]): void {
    this.out.event(this.#nowNs, this.planned.index, code, n);
  }

  #need(): GuestMemory {
    assert(this.#memory, 'the data plane is there once traces are set');
    return this.#memory;
  }
}
