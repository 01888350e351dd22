/**
 * Total time, downtime, bytes and rounds before the move and after each round, from the expected number of distinct dirty pages
 * and the very decision function the migration uses. The range is what a write rate 5 % lower or higher would give.
 */
import { NS_PER_SECOND, PAGE_BYTES, PPM, transferNs, type Bytes, type Ns, type Ppm } from '../base/units.ts';
import { assert } from '../base/result.ts';
import type { Phase, Scenario, Vm } from '../scenario/schema.ts';
import type { Counters } from './data-plane.ts';
import type { EstimateNumbers } from './events.ts';
import { ExpectedWrites } from './expected.ts';
import { decideAfterRound, ESXI } from './policy/esxi.ts';
import { RAW_PAGE_WIRE_BYTES, ZERO_PAGE_WIRE_BYTES } from './rounds.ts';
import type { PlannedMigration } from './run-log.ts';

/** Where a migration under way stands, after `round` has ended. */
export interface Progress {
  readonly counters: Counters;
  readonly round: number;
  readonly speedPpm: Ppm;
  readonly left: readonly Bytes[];
}

/** LZ4 on 4 KiB pages of these classes, measured with this project's encoder; random pages go as they are. */
const LZ4_SHARE = { text: 0.52, heap: 0.45, random: 1 };
/** XBZRLE: header and length field, and about three bytes of run lengths for each changed spot. */
const DELTA_HEADER_BYTES = 11;
const DELTA_RUN_BYTES = 3;
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

type CourseEnd = Pick<
  EstimateNumbers,
  'totalNs' | 'downtimeNs' | 'networkGapNs' | 'wireBytes' | 'rounds' | 'converges'
>;

interface ExpectedRound {
  readonly sentBytes: Bytes;
  readonly durationNs: Ns;
  readonly writes: number;
  readonly dirtyPages: number;
}

class Course {
  readonly #phase: Phase;
  readonly #expected: ExpectedWrites;
  #speedPpm: Ppm = PPM;
  #wireBytes = 0;
  #timeNs = 0;
  readonly #left: Bytes[] = [];

  constructor(
    readonly scenario: Scenario,
    readonly vm: Vm,
    readonly planned: PlannedMigration,
    readonly writeFactor: number,
  ) {
    this.#phase = vm.phases[0] as Phase;
    this.#expected = new ExpectedWrites(this.#phase, planned.pageCount);
  }

  run(progress: Progress | null, nowNs: Ns): CourseEnd {
    if (this.planned.bytesPerSecond <= 0)
      return { totalNs: 0, downtimeNs: 0, networkGapNs: 0, wireBytes: 0, rounds: 0, converges: 0 };
    this.#timeNs = this.#beforeRounds();
    let dirtyPages = this.planned.pageCount;
    for (let round = 0; ; round++) {
      const sent = this.#round(round, dirtyPages);
      const known = progress !== null && round <= progress.round;
      dirtyPages = known && round === progress.round ? this.#adopt(progress, nowNs) : sent.dirtyPages;
      const perPage = this.#costSeenIn(round);
      const leftBytes = Math.ceil(dirtyPages * perPage);
      if (!known) {
        const neededNs = transferNs(leftBytes, this.planned.bytesPerSecond);
        const facts = {
          round,
          sentBytes: sent.sentBytes,
          leftBytes,
          neededNs,
          leftBefore: this.#left,
          speedPpm: this.#speedPpm,
        };
        const decision = decideAfterRound(this.scenario.policy, facts);
        this.#speedPpm = decision.speedPpm;
        this.#left.push(leftBytes);
        if (decision.reason === 'within-goal') return this.#switchOver(round + 1, leftBytes);
        if (decision.reason === 'no-progress') return this.#end(round + 1, 0, 0);
      }
    }
  }

  /** Phases that hold later in the guest's time; the working set of the first is kept. */
  #writesPerSecond(): number {
    const guestNs = this.#timeNs - this.#beforeRounds();
    const phase = this.vm.phases.filter((one) => one.afterNs <= guestNs).at(-1) ?? this.#phase;
    return phase.pattern === 'idle' ? 0 : phase.writesPerSecond * this.writeFactor;
  }

  #beforeRounds(): Ns {
    const perPage =
      this.scenario.policy.traceInstall === 'loose' ? ESXI.traceLooseNsPerPage : ESXI.traceStopNsPerPage;
    return (
      ESXI.checksNs +
      ESXI.prepareNs +
      ESXI.prepareRoundTrips * this.planned.rttNs +
      this.planned.pageCount * perPage
    );
  }

  #round(round: number, dirtyPages: number): ExpectedRound {
    let sentBytes = round === 0 ? this.#firstRoundBytes(0) : Math.ceil(dirtyPages * this.#laterPageBytes());
    let durationNs = transferNs(sentBytes, this.planned.bytesPerSecond);
    let writes = this.#writesIn(durationNs);
    if (round === 0) {
      sentBytes = this.#firstRoundBytes(writes);
      durationNs = transferNs(sentBytes, this.planned.bytesPerSecond);
      writes = this.#writesIn(durationNs);
    }
    const left = this.#expected.dirtyAfter(writes);
    this.#expected.endRound(writes);
    this.#wireBytes += sentBytes;
    this.#timeNs += durationNs;
    return { sentBytes, durationNs, writes, dirtyPages: left };
  }

  /** Writes in a round once each first write to a page has cost the guest its trace fault. */
  #writesIn(durationNs: Ns): number {
    const perSecond = this.#writesPerSecond();
    let guestNs = (durationNs * this.#speedPpm) / PPM;
    for (let i = 0; i < 4; i++) {
      const faults = this.#expected.dirtyAfter((perSecond * guestNs) / NS_PER_SECOND);
      guestNs = Math.max(0, durationNs - faults * this.scenario.policy.traceFaultNs) * (this.#speedPpm / PPM);
    }
    return (perSecond * guestNs) / NS_PER_SECOND;
  }

  #firstRoundBytes(writes: number): Bytes {
    const { textPpm, heapPpm, randomPpm } = this.vm.content;
    const zeroShare = (PPM - textPpm - heapPpm - randomPpm) / PPM;
    const woken = zeroShare * this.#expected.writtenBeforeSent(writes) * this.#expected.workingSetPages;
    const zeroPages = this.planned.pageCount * zeroShare - woken;
    const perPage = this.scenario.policy.compression === 'lz4' ? this.#lz4PageBytes() : RAW_PAGE_WIRE_BYTES;
    return Math.round(zeroPages * ZERO_PAGE_WIRE_BYTES + (this.planned.pageCount - zeroPages) * perPage);
  }

  #lz4PageBytes(): number {
    const { textPpm, heapPpm, randomPpm } = this.vm.content;
    const all = Math.max(1, textPpm + heapPpm + randomPpm);
    const share = (textPpm * LZ4_SHARE.text + heapPpm * LZ4_SHARE.heap + randomPpm * LZ4_SHARE.random) / all;
    return 10 + PAGE_BYTES * share;
  }

  #laterPageBytes(): number {
    const { compression, xbzrleCacheBytes } = this.scenario.policy;
    if (compression === 'lz4') return this.#lz4PageBytes();
    if (compression === 'off') return RAW_PAGE_WIRE_BYTES;
    const hits = Math.min(1, xbzrleCacheBytes / this.planned.usedBytes);
    const delta = Math.min(
      RAW_PAGE_WIRE_BYTES,
      DELTA_HEADER_BYTES + DELTA_RUN_BYTES + this.#phase.bytesPerWrite,
    );
    return hits * delta + (1 - hits) * RAW_PAGE_WIRE_BYTES;
  }

  /** The migration counts what is left at the mean cost of the round just sent; deltas only begin in round 1. */
  #costSeenIn(round: number): number {
    if (this.scenario.policy.compression === 'xbzrle' && round === 0) return RAW_PAGE_WIRE_BYTES;
    return this.#laterPageBytes();
  }

  /** Takes over what was really counted at the end of the last finished round. */
  #adopt(progress: Progress, nowNs: Ns): number {
    this.#speedPpm = progress.speedPpm;
    this.#left.push(...progress.left);
    this.#wireBytes = progress.counters.wireBytes;
    this.#timeNs = nowNs - this.planned.requestedNs;
    this.#expected.scaleTo(progress.counters.writtenPages);
    return progress.counters.writtenPages;
  }

  #switchOver(rounds: number, leftBytes: Bytes): CourseEnd {
    const bytesPerSecond = this.planned.bytesPerSecond;
    const bitmapBytes = Math.ceil(this.planned.pageCount / 8);
    const lastBytes = Math.ceil((leftBytes / this.#costSeenIn(rounds - 1)) * this.#laterPageBytes());
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
      wireBytes: Math.round(this.#wireBytes),
      rounds,
      converges,
    };
  }
}
