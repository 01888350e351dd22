/**
 * One migration as a state machine in virtual time, as vMotion does it: checks, preparation, traces, round 0 over the used
 * memory, further rounds until what is left fits the switchover goal, stun, last pages and device state, proof, resume, RARP,
 * clean-up. Written as a generator: it pauses wherever a watcher may want to look, never because of the wall clock.
 */
import { PPM, type BytesPerSecond, type Ns } from '../base/units.ts';
import { CHECKS, FAIL_REASONS, type FailReason, type FinishNumbers } from './events.ts';
import { ExpectedMemory } from './expected-memory.ts';
import { copyDisk, switchDisk } from './disk-copy.ts';
import { memorySpec } from './memory-spec.ts';
import { Cancelled, Failed, MigrationState, type Pause } from './migration-state.ts';
import { preCopy } from './pre-copy.ts';
import { ESXI } from './policy/esxi.ts';
import type { MigrationReport, Outcome } from './run-log.ts';
import { clientBack, settle, switchOver } from './switchover.ts';

export class Migration {
  readonly #it: MigrationState;
  #share = 0;

  constructor(...given: ConstructorParameters<typeof MigrationState>) {
    this.#it = new MigrationState(...given);
  }

  get nowNs(): Ns {
    return this.#it.nowNs;
  }

  get boundNs(): Ns {
    return this.#it.boundNs;
  }

  /** It may act up to this instant. */
  set horizonNs(horizonNs: Ns) {
    this.#it.horizonNs = horizonNs;
  }

  /** It runs on the target. */
  get resumed(): boolean {
    return this.#it.resumed;
  }

  setRate(atNs: Ns, bytesPerSecond: BytesPerSecond): void {
    this.#it.setRate(atNs, bytesPerSecond);
  }

  /** Never runs backwards: the latest estimate moves the end, not what is done. */
  get doneShare(): number {
    const totalNs = this.#it.latest?.totalNs ?? 0;
    const doneNs = this.#it.nowNs - this.#it.planned.requestedNs;
    this.#share = Math.max(this.#share, totalNs > 0 ? Math.min(0.99, doneNs / Math.max(totalNs, doneNs)) : 0);
    return this.#share;
  }

  /** Host that runs the VM when this is over. */
  get endsOn(): string {
    return this.#it.resumed ? this.#it.planned.targetHost : this.#it.location;
  }

  *run(): Generator<Pause, MigrationReport> {
    try {
      yield* this.#steps();
      return this.#finish('completed', null);
    } catch (stop) {
      if (stop instanceof Cancelled) return this.#giveUp('cancelled', null, stop.atNs);
      if (stop instanceof Failed) return this.#giveUp('failed', stop.reason, stop.atNs);
      throw stop;
    } finally {
      this.#it.memory?.release();
    }
  }

  *#steps(): Generator<Pause> {
    yield* this.#check();
    this.#it.estimate(-1);
    yield* this.#prepare();
    if (this.#it.planned.diskBytes > 0) {
      yield 'flow-opens';
      yield* copyDisk(this.#it);
      yield 'flow-closes';
    }
    if (!this.#it.planned.movesMemory) return yield* switchDisk(this.#it);
    yield 'flow-opens';
    yield* this.#trace();
    yield 'look';
    yield* preCopy(this.#it);
    yield* switchOver(this.#it);
    settle(this.#it);
  }

  // ---- before the first page ------------------------------------------------------------------------------------------

  *#check(): Generator<Pause> {
    this.#it.emit('checks-started', { checks: CHECKS.length });
    yield* this.#it.pass(ESXI.checksNs);
    const refused = this.#it.out.refusals(this.#it.vm, this.#it.planned, this.#it.location);
    for (const { check, needed, available } of refused)
      this.#it.emit('check-failed', { check: CHECKS.indexOf(check), needed, available });
    if (refused.length > 0) throw new Failed('checks', this.#it.nowNs);
    this.#it.emit('checks-passed', { checks: CHECKS.length });
  }

  *#prepare(): Generator<Pause> {
    yield* this.#it.pass(ESXI.prepareNs + ESXI.prepareRoundTrips * this.#it.planned.rttNs);
    const { bytesPerSecond, lineBytesPerSecond, windowLimited } = this.#it.planned;
    this.#it.emit('prepared', {
      reservedBytes: this.#it.vm.memoryBytes,
      bytesPerSecond,
      lineBytesPerSecond,
      windowLimited: windowLimited ? 1 : 0,
    });
  }

  *#trace(): Generator<Pause> {
    const policy = this.#it.scenario.policy;
    const spec = memorySpec(this.#it.scenario, this.#it.planned, !this.#it.out.watches);
    this.#it.memory = spec.fidelity === 'expected' ? new ExpectedMemory(spec) : this.#it.plane.create(spec);
    while (!this.#it.memory.prepare()) yield 'look';
    const stops = policy.traceInstall === 'stop-based';
    const durationNs =
      this.#it.planned.pageCount * (stops ? ESXI.traceStopNsPerPage : ESXI.traceLooseNsPerPage);
    const sharePpm = Math.floor((PPM * (this.#it.vm.vcpus - 1)) / this.#it.vm.vcpus);
    this.#it.serve(stops ? 'stunned' : 'reachable', stops ? PPM : Math.max(sharePpm, PPM / 2));
    yield* this.#it.pass(durationNs);
    this.#it.serve('reachable', PPM);
    this.#it.emit('traced', {
      pages: this.#it.planned.pageCount,
      durationNs,
      stunNs: stops ? durationNs : 0,
    });
    this.#it.track();
  }

  #giveUp(outcome: Outcome, reason: FailReason | null, atNs: Ns): MigrationReport {
    this.#it.nowNs = atNs;
    if (outcome === 'cancelled')
      this.#it.emit('cancel-requested', { round: this.#it.rounds.length, tooLate: 0 });
    const runsOn = reason !== 'source-crashed' && !this.#it.resumed;
    if (this.#it.stunnedNs !== null && runsOn) {
      this.#it.downtimeNs = this.#it.nowNs - this.#it.stunnedNs;
      this.#it.emit('resumed', { downtimeNs: this.#it.downtimeNs });
    }
    if (this.#it.memory) this.#it.serve(runsOn ? 'reachable' : 'stunned', runsOn ? PPM : 0);
    if (this.#it.stunnedNs !== null && runsOn) clientBack(this.#it);
    return this.#finish(outcome, reason);
  }

  #finish(outcome: Outcome, failReason: FailReason | null): MigrationReport {
    const totals: FinishNumbers = {
      totalNs: this.#it.nowNs - this.#it.planned.requestedNs,
      downtimeNs: this.#it.downtimeNs,
      networkGapNs: this.#it.networkGapNs,
      wireBytes: this.#it.wireBytes,
      sentPages: this.#it.sentPages,
      rounds: this.#it.rounds.length,
    };
    if (outcome === 'failed')
      this.#it.emit('failed', { ...totals, reason: FAIL_REASONS.indexOf(failReason as FailReason) });
    else this.#it.emit(outcome, totals);
    return this.#report(outcome, failReason, totals);
  }

  #report(outcome: Outcome, failReason: FailReason | null, totals: FinishNumbers): MigrationReport {
    const comparison = this.#it.comparison;
    return {
      vm: this.#it.vm.id,
      sourceHost: this.#it.location,
      targetHost: this.#it.planned.targetHost,
      outcome,
      failReason,
      verified: comparison ? comparison.firstDifferentPage === -1 : null,
      verifiedBy: this.#it.planned.fidelity === 'byte-exact' ? 'comparison' : 'accounting',
      pagesCompared: comparison?.pagesCompared ?? 0,
      sourceHash: comparison?.sourceHash ?? null,
      targetHash: comparison?.targetHash ?? null,
      requestedNs: this.#it.planned.requestedNs,
      totalNs: totals.totalNs,
      downtimeNs: totals.downtimeNs,
      downtimeParts: this.#it.parts,
      networkGapNs: totals.networkGapNs,
      slowestPpm: this.#it.slowestPpm,
      slowedNs: this.#it.slowedNs,
      wireBytes: totals.wireBytes,
      diskBytes: this.#it.diskBytes,
      pagesSent: totals.sentPages,
      rounds: this.#it.rounds,
      stun: this.#it.stun,
      predicted: this.#it.predicted,
      client: this.#it.out.clientTotals(this.#it.vm, this.#it.nowNs),
    };
  }
}
