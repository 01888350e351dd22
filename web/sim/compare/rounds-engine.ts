/**
 * Runs an engine that works in rounds over a write trace: a list of pages leaves in groups of 64 neighbours, the guest writes while each
 * is on the wire, and after the list the profile decides. The rules of groups and rounds are those of the single move, so that ESXi here
 * and there send the same pages; what differs between engines is in `formats.ts` and in their profiles.
 */
import {
  NS_PER_MS,
  NS_PER_SECOND,
  PAGE_BYTES,
  PPM,
  mulDivFloor,
  transferNs,
  type Bytes,
  type BytesPerSecond,
  type Ns,
} from '../../base/units.ts';
import { HELPER_BYTES_PER_SECOND } from '../network/stream.ts';
import type { Decision } from '../policy/decision.ts';
import { ESXI } from '../policy/esxi.ts';
import type { RoundProfile } from '../policy/index.ts';
import { MACHINE } from '../qemu/machine.ts';
import { runPostCopy } from './post-copy.ts';
import type { EngineRun } from './engine-run.ts';
import { formatOf, stunOf, type StunCosts, type WireFormat } from './formats.ts';
import { GuestClock } from './guest-clock.ts';
import { streamRate } from './link.ts';
import { ListMemory } from './list-memory.ts';
import { Ended, RunState, type Given } from './run-state.ts';

type Values = Readonly<Record<string, number | boolean | string>>;

/** Totals when a round began. */
interface RoundStart {
  readonly startNs: Ns;
  readonly wireBytes: Bytes;
  readonly sentPages: number;
  readonly zeroPages: number;
  readonly zeroBytes: Bytes;
}

export function runRounds(profile: RoundProfile, values: Values, given: Given): Generator<Ns, EngineRun> {
  return new RoundsEngine(profile, values, given).run();
}

class RoundsEngine {
  private readonly format: WireFormat;
  private readonly stun: StunCosts;
  private readonly memory: ListMemory;
  private readonly clock: GuestClock;
  private readonly state: RunState;
  private readonly rate: BytesPerSecond;
  private wireBytes: Bytes = 0;
  /** Guest time that passed before the trace began. */
  private earlierNs: Ns = 0;
  private guestRuns = true;
  private deadlineNs = Infinity;
  private readonly left: Bytes[] = [];

  constructor(
    private readonly profile: RoundProfile,
    private readonly values: Values,
    private readonly given: Given,
  ) {
    this.format = formatOf(profile.id, values);
    this.stun = stunOf(profile.id);
    this.memory = new ListMemory(given.trace, this.format);
    this.clock = new GuestClock(given.trace, this.memory);
    this.rate = rateOf(profile.id, values, given);
    this.state = new RunState(given, () => ({
      wireBytes: this.wireBytes,
      dirtiedBytes: this.memory.firstWrites * given.trace.entryBytes,
      remainingBytes: this.memory.remaining * given.trace.entryBytes,
      guestNs: this.earlierNs + this.clock.guestNs,
    }));
  }

  *run(): Generator<Ns, EngineRun> {
    try {
      yield* this.steps();
    } catch (end) {
      if (!(end instanceof Ended)) throw end;
      const { stunFromNs } = this.state;
      if (stunFromNs !== null && end.runsOn === 'source')
        this.state.downtimeNs = this.state.nowNs - stunFromNs;
      const pages = this.given.trace.pagesPerEntry;
      return this.state.finish(end, {
        wireBytes: this.wireBytes,
        sent: this.memory.sent,
        pagesCompared: end.outcome === 'completed' ? this.memory.entries * pages : 0,
        pagesDifferent: end.outcome === 'completed' ? this.memory.different() * pages : 0,
      });
    }
    throw new Error('broken invariant: a run ends by saying so');
  }

  private *steps(): Generator<Ns> {
    this.setTraces();
    if (this.values['memory_mode'] === 'postcopy') yield* this.postCopy(this.decide(0, this.roundStart()));
    for (let round = 0; ; round++) {
      const start = this.roundStart();
      yield* this.sendList();
      const decision = this.decide(round + 1, start);
      if (decision.action === 'abort') throw new Ended('aborted', decision.code, 'source');
      if (decision.action === 'post-copy') yield* this.postCopy(decision);
      if (decision.action === 'switch-over' || decision.action === 'pause') yield* this.switchOver(decision);
      if (decision.throttlePercent !== undefined) this.throttle(decision.throttlePercent);
      this.memory.nextRound();
    }
  }

  /** ESXi alone sets traces first; nothing is sent meanwhile and the trace has not begun. */
  private setTraces(): void {
    const how = this.values['pageTrace'];
    if (how === undefined) return;
    const stops = how === 'stop-based';
    const pages = this.given.trace.usedEntries * this.given.trace.pagesPerEntry;
    const durationNs = pages * (stops ? ESXI.traceStopNsPerPage : ESXI.traceLooseNsPerPage);
    const { vcpus } = this.given.trace.spec;
    this.state.nowNs += durationNs;
    if (stops) this.state.traceStunNs = durationNs;
    else this.earlierNs = Math.floor((durationNs * Math.max(vcpus - 1, vcpus / 2)) / vcpus);
  }

  private *sendList(): Generator<Ns> {
    for (
      let bytes = this.memory.sendGroup();
      bytes > 0 || this.memory.waiting > 0;
      bytes = this.memory.sendGroup()
    ) {
      this.put(bytes);
      if (this.state.tick()) yield this.state.nowNs;
      if (this.guestRuns) this.state.checkHorizon();
    }
  }

  /** The wire carries so many bytes. */
  private put(bytes: Bytes): void {
    this.wireBytes += bytes;
    this.pass(transferNs(bytes, this.rate));
    this.state.faultsAtSource((durationNs) => this.pass(durationNs));
  }

  private pass(durationNs: Ns): void {
    this.state.nowNs += durationNs;
    if (this.state.nowNs > this.deadlineNs) {
      this.state.nowNs = this.deadlineNs;
      throw new Ended('failed', 'switchover-timeout', 'source');
    }
    if (!this.guestRuns) return;
    const before = this.memory.firstWrites;
    this.clock.run(durationNs);
    const { spec, pagesPerEntry } = this.given.trace;
    this.clock.owe((this.memory.firstWrites - before) * pagesPerEntry * spec.traceFaultNs);
  }

  private roundStart(): RoundStart {
    const { zeroPages, zeroBytes } = this.memory.sent;
    const sentPages = this.sentPages();
    return { startNs: this.state.nowNs, wireBytes: this.wireBytes, sentPages, zeroPages, zeroBytes };
  }

  private sentPages(): number {
    const { wholePages, zeroPages, packedPages } = this.memory.sent;
    return wholePages + zeroPages + packedPages;
  }

  private decide(rounds: number, start: RoundStart): Decision {
    const { nowNs, course } = this.state;
    const { trace } = this.given;
    const leftPages = this.memory.written * trace.pagesPerEntry;
    const { leftBytes, bytesPerSecond } = this.measure(start, leftPages);
    const decision = this.profile.decide(this.values as never, {
      rounds,
      elapsedMs: nowNs / NS_PER_MS,
      sentBytes: this.wireBytes - start.wireBytes,
      leftPages,
      leftBytes,
      bytesPerSecond,
      totalSentPages: this.sentPages(),
      memoryPages: this.memory.entries * trace.pagesPerEntry,
      leftBefore: this.left,
      throttlePercent: ((PPM - this.clock.speedPpm) * 100) / PPM,
    });
    this.left.push(leftBytes);
    course.decide(nowNs, rounds, decision);
    course.rounds.push({
      startNs: start.startNs,
      endNs: nowNs,
      sentPages: this.sentPages() - start.sentPages,
      wireBytes: this.wireBytes - start.wireBytes,
      leftPages,
    });
    return decision;
  }

  /** What is left, at the mean of this round's pages that were not zero, and what the wire carried in it. */
  private measure(start: RoundStart, leftPages: number) {
    const { zeroPages, zeroBytes } = this.memory.sent;
    const sentBytes = this.wireBytes - start.wireBytes;
    const full = this.sentPages() - start.sentPages - (zeroPages - start.zeroPages);
    const perPage = full > 0 ? (sentBytes - (zeroBytes - start.zeroBytes)) / full : this.format.wholeBytes;
    const durationNs = Math.max(1, this.state.nowNs - start.startNs);
    const measured = sentBytes > 0 ? mulDivFloor(sentBytes, NS_PER_SECOND, durationNs) : this.rate;
    return { leftBytes: Math.ceil(leftPages * perPage), bytesPerSecond: Math.max(1, measured) };
  }

  private throttle(percent: number): void {
    this.clock.speedPpm = PPM - Math.round(percent * 10_000);
    this.state.course.setSpeed(this.state.nowNs, this.clock.speedPpm);
  }

  /** Stop, bitmap where the engine sends one, last pages, device state, resume. */
  private *switchOver(decision: Decision): Generator<Ns> {
    this.stop();
    this.memory.nextRound();
    yield* this.sendList();
    this.handOver();
    throw new Ended('completed', decision.code, 'target');
  }

  private stop(): void {
    const { nowNs } = this.state;
    this.state.stop();
    this.guestRuns = false;
    const most = this.values['maxSwitchoverSeconds'];
    if (typeof most === 'number') this.deadlineNs = nowNs + most * NS_PER_SECOND;
    this.pass(this.stun.stopNs + this.given.link.rttNs);
    if (this.stun.bitmap) this.other(Math.ceil((this.memory.entries * this.given.trace.pagesPerEntry) / 8));
  }

  /** Bytes that are no pages. */
  private other(bytes: Bytes): void {
    this.memory.sent.otherBytes += bytes;
    this.put(bytes);
  }

  private handOver(): void {
    const { link, trace } = this.given;
    const connections = this.values['checkpointConnections'];
    const bytes = trace.spec.deviceStateBytes;
    this.other(bytes);
    // A checkpoint on few connections is held up by the threads that feed them.
    const most = typeof connections === 'number' ? connections * HELPER_BYTES_PER_SECOND : Infinity;
    if (most < this.rate) this.pass(transferNs(bytes, most) - transferNs(bytes, this.rate));
    this.pass(2 * link.rttNs + this.stun.resumeNs);
    this.state.downtimeNs = this.state.nowNs - (this.state.stunFromNs ?? 0);
    this.deadlineNs = Infinity;
  }

  /** The guest moves first, and what it lacks follows. */
  private *postCopy(decision: Decision): Generator<Ns> {
    this.stop();
    this.handOver();
    const { memory, clock } = this;
    const ownChannel = this.profile.id !== 'cloud-hypervisor';
    yield* runPostCopy(this.state, {
      missing: memory.missing(),
      clock,
      bytesPerSecond: this.rate,
      pageBytes: 8 + PAGE_BYTES,
      pageNs: 0,
      // One connection: what is asked for waits behind what is under way. For ESX it is our choice that it does not.
      queuedBytes: ownChannel ? 0 : MACHINE.socketBytes.value,
      onPage: (entry, bytes) => {
        this.wireBytes += bytes;
        memory.bring(entry, bytes);
      },
    });
    throw new Ended('completed', decision.code, 'target');
  }
}

function rateOf(id: string, values: Values, { link }: Given): BytesPerSecond {
  // SMB opens a connection for each core and adapter; TCP/IP and compression have one.
  if (values['VirtualMachineMigrationPerformanceOption'] === 'SMB') return link.bytesPerSecond;
  return streamRate(link, id === 'cloud-hypervisor' ? (values['connections'] as number) : 1);
}
