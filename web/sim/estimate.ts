/**
 * Total time, downtime, bytes and rounds before the move and after each round, from the expected number of distinct dirty pages
 * and the very decision function the migration uses. The range is what a write rate 5 % lower or higher would give.
 */
import { PPM, transferNs, type Bytes, type Ns, type Ppm } from '../base/units.ts';
import { assert } from '../base/result.ts';
import type { Scenario, Vm } from '../scenario/schema.ts';
import type { Counters } from './data-plane.ts';
import type { EstimateNumbers, RoundReason } from './events.ts';
import { ExpectedGuest } from './expected-guest.ts';
import { memorySpec } from './memory-spec.ts';
import { decideAfterRound, ESXI } from './policy/esxi.ts';
import type { PlannedMigration } from './run-log.ts';

/** Where a migration under way stands, after `round` has ended. */
export interface Progress {
  readonly counters: Pick<Counters, 'wireBytes' | 'writtenPages'>;
  readonly round: number;
  readonly speedPpm: Ppm;
  /** So far: what SDPS did to the guest. */
  readonly slowestPpm: Ppm;
  readonly slowedNs: Ns;
  readonly left: readonly Bytes[];
}

const SPREAD = 0.05;

export function estimateMigration(
  scenario: Scenario,
  planned: PlannedMigration,
  progress: Progress | null = null,
  nowNs: Ns = planned.requestedNs,
): EstimateNumbers {
  const vm = scenario.vms.find((one) => one.id === planned.vm);
  assert(vm, 'a planned VM is in the scenario');
  const middle = new Course(scenario, vm, planned, 1).run(progress, nowNs);
  const others = [
    middle,
    new Course(scenario, vm, planned, 1 - SPREAD).run(progress, nowNs),
    new Course(scenario, vm, planned, 1 + SPREAD).run(progress, nowNs),
  ];
  const low = (of: (course: CourseEnd) => number) => Math.min(...others.map(of));
  const high = (of: (course: CourseEnd) => number) => Math.max(...others.map(of));
  return {
    ...middle,
    totalLowNs: low((one) => one.totalNs),
    totalHighNs: high((one) => one.totalNs),
    downtimeLowNs: low((one) => one.downtimeNs),
    downtimeHighNs: high((one) => one.downtimeNs),
    wireLowBytes: low((one) => one.wireBytes),
    wireHighBytes: high((one) => one.wireBytes),
    roundsLow: low((one) => one.rounds),
    roundsHigh: high((one) => one.rounds),
  };
}

/** A round still to come. Pages are expected numbers, rounded; times are absolute. */
export interface ExpectedRound {
  readonly round: number;
  readonly dirtyPages: number;
  readonly leftPages: number;
  readonly startNs: Ns;
  readonly endNs: Ns;
}

/** The way from here to the end, round by round; `stun` is null where it is not expected to converge. */
export interface ExpectedCourse {
  readonly rounds: readonly ExpectedRound[];
  readonly stun: { readonly startNs: Ns; readonly endNs: Ns } | null;
  readonly endNs: Ns;
}

/** What `estimateMigration` adds up, round by round: those after `progress`, or all of them. */
export function courseAhead(
  scenario: Scenario,
  planned: PlannedMigration,
  progress: Progress | null = null,
  nowNs: Ns = planned.requestedNs,
): ExpectedCourse {
  const vm = scenario.vms.find((one) => one.id === planned.vm);
  assert(vm, 'a planned VM is in the scenario');
  const course = new Course(scenario, vm, planned, 1);
  const end = course.run(progress, nowNs);
  const stunNs = course.roundsEndNs;
  return {
    rounds: course.ahead,
    stun: end.converges === 1 ? { startNs: stunNs, endNs: stunNs + end.downtimeNs } : null,
    endNs: planned.requestedNs + end.totalNs,
  };
}

/** The middle of the estimate alone, and how long it takes until the first page is sent: for plans of many moves. */
export function expectedEnd(
  scenario: Scenario,
  vm: Vm,
  planned: PlannedMigration,
): CourseEnd & { readonly beforeRoundsNs: Ns } {
  const end = new Course(scenario, vm, planned, 1).run(null, planned.requestedNs);
  return { ...end, beforeRoundsNs: Math.round(beforeRounds(scenario, planned)) };
}

export type CourseEnd = Pick<
  EstimateNumbers,
  'totalNs' | 'downtimeNs' | 'networkGapNs' | 'slowestPpm' | 'slowedNs' | 'wireBytes' | 'rounds' | 'converges'
>;

class Course {
  readonly #guest: ExpectedGuest;
  #speedPpm: Ppm = PPM;
  #wireBytes = 0;
  #timeNs = 0;
  #slowestPpm: Ppm = PPM;
  #slowedNs: Ns = 0;
  readonly #left: Bytes[] = [];
  /** Rounds that are not known yet. */
  readonly ahead: ExpectedRound[] = [];

  constructor(
    readonly scenario: Scenario,
    readonly vm: Vm,
    readonly planned: PlannedMigration,
    writeFactor: number,
  ) {
    this.#guest = new ExpectedGuest(memorySpec(scenario, planned), writeFactor);
  }

  run(progress: Progress | null, nowNs: Ns): CourseEnd {
    if (this.planned.bytesPerSecond <= 0) return this.#end(0, 0, 0);
    this.#timeNs = beforeRounds(this.scenario, this.planned);
    for (let round = 0; ; round++) {
      const dirtyPages = Math.round(this.#guest.listedPages);
      const startNs = this.roundsEndNs;
      const sentBytes = this.#round();
      if (progress !== null && round < progress.round) continue;
      if (progress !== null && round === progress.round) {
        this.#adopt(progress, nowNs);
        continue;
      }
      const leftPages = Math.round(this.#guest.listedPages);
      this.ahead.push({ round, dirtyPages, leftPages, startNs, endNs: this.roundsEndNs });
      const decision = this.#decide(round, sentBytes);
      if (decision === 'within-goal') return this.#switchOver(round + 1);
      if (decision === 'no-progress') return this.#end(round + 1, 0, 0);
    }
  }

  /** When the rounds so far are over. */
  get roundsEndNs(): Ns {
    return this.planned.requestedNs + Math.round(this.#timeNs);
  }

  #round(): Bytes {
    const { wireBytes } = this.#guest.listCost(this.planned.bytesPerSecond, this.#speedPpm);
    const durationNs = transferNs(wireBytes, this.planned.bytesPerSecond);
    this.#guest.endRound(durationNs, this.#speedPpm);
    this.#wireBytes += wireBytes;
    this.#timeNs += durationNs;
    this.#slowestPpm = Math.min(this.#slowestPpm, this.#speedPpm);
    if (this.#speedPpm < PPM) this.#slowedNs += durationNs;
    return wireBytes;
  }

  #decide(round: number, sentBytes: Bytes): RoundReason {
    // The migration counts what is left at the mean cost of the round just sent.
    const leftBytes = Math.ceil(this.#guest.listedPages * this.#guest.pageCost(round));
    const neededNs = transferNs(leftBytes, this.planned.bytesPerSecond);
    const facts = { round, sentBytes, leftBytes, neededNs, leftBefore: this.#left, speedPpm: this.#speedPpm };
    const decision = decideAfterRound(this.scenario.policy, facts);
    this.#speedPpm = decision.speedPpm;
    this.#left.push(leftBytes);
    return decision.reason;
  }

  /** Takes over what was really counted at the end of the last finished round. */
  #adopt(progress: Progress, nowNs: Ns): void {
    this.#speedPpm = progress.speedPpm;
    this.#slowestPpm = Math.min(PPM, progress.slowestPpm);
    this.#slowedNs = progress.slowedNs;
    this.#left.push(...progress.left);
    this.#wireBytes = progress.counters.wireBytes;
    this.#timeNs = nowNs - this.planned.requestedNs;
    this.#guest.adopt(progress.counters.writtenPages);
  }

  #switchOver(rounds: number): CourseEnd {
    const bytesPerSecond = this.planned.bytesPerSecond;
    const bitmapBytes = Math.ceil(this.planned.pageCount / 8);
    const lastBytes = Math.ceil(this.#guest.listedPages * this.#guest.pageCost(rounds));
    const carried =
      transferNs(bitmapBytes, bytesPerSecond) +
      transferNs(lastBytes, bytesPerSecond) +
      transferNs(this.vm.deviceStateBytes, bytesPerSecond);
    const downtimeNs = ESXI.stopNs + ESXI.resumeNs + 3 * this.planned.rttNs + carried;
    this.#wireBytes += bitmapBytes + lastBytes + this.vm.deviceStateBytes;
    if (downtimeNs > this.scenario.policy.maxSwitchoverNs)
      return { ...this.#end(rounds, this.scenario.policy.maxSwitchoverNs, 0), converges: 0 };
    return this.#end(rounds, downtimeNs, 1);
  }

  #end(rounds: number, downtimeNs: Ns, converges: number): CourseEnd {
    const client = this.vm.client;
    const settleNs = converges
      ? ESXI.rarpNs + ESXI.macLearnNs + Math.floor(client.pingIntervalNs / 2) + client.latencyNs
      : 0;
    const cleanUpNs = converges ? ESXI.cleanUpNs : 0;
    return {
      totalNs: Math.round(this.#timeNs + downtimeNs + settleNs + cleanUpNs),
      downtimeNs: Math.round(downtimeNs),
      networkGapNs: Math.round(downtimeNs + settleNs),
      slowestPpm: this.#slowestPpm,
      slowedNs: this.#slowedNs,
      wireBytes: Math.round(this.#wireBytes),
      rounds,
      converges,
    };
  }
}

/** From the request to the first page: checks, preparation, traces. */
function beforeRounds(scenario: Scenario, planned: PlannedMigration): Ns {
  const loose = scenario.policy.traceInstall === 'loose';
  const traceNs = planned.pageCount * (loose ? ESXI.traceLooseNsPerPage : ESXI.traceStopNsPerPage);
  return ESXI.checksNs + ESXI.prepareNs + ESXI.prepareRoundTrips * planned.rttNs + traceNs;
}
