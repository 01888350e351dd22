/**
 * Runs QEMU, alone or under a policy layer, over a write trace: the migration thread of the replays, with this trace's memory and guest.
 * What pages and stops cost is what was measured on the machine of the replays (`../qemu/machine.ts`).
 */
import { NS_PER_MS, NS_PER_SECOND, PAGE_BYTES, PPM, type Bytes, type Ns } from '../../base/units.ts';
import type { Decision, PollSample } from '../policy/decision.ts';
import type { LayerProfile, WindowProfile } from '../policy/index.ts';
import { QEMU_RULES, dirtyLimitSpeed, type QemuRules, type QemuValues } from '../policy/qemu-profiles.ts';
import { defaultsOf } from '../policy/parameters.ts';
import { MACHINE } from '../qemu/machine.ts';
import { QemuMigration } from '../qemu/migration.ts';
import { QEMU_RECORDED } from '../qemu/parameters.ts';
import { Sender, type Guest } from '../qemu/sender.ts';
import { QEMU } from '../qemu/thread.ts';
import type { EngineRun, SentBytes } from './engine-run.ts';
import { GuestClock } from './guest-clock.ts';
import { dataGiB, layerSettings, type Values } from './layers.ts';
import { streamRate } from './link.ts';
import { runPostCopy } from './post-copy.ts';
import { Ended, RunState, type Given } from './run-state.ts';
import { TraceRam } from './trace-ram.ts';
import type { WriteTrace } from './trace.ts';

/** Run lengths of a delta: about three bytes for each changed spot. */
const DELTA_RUN_BYTES = 3;

export function runWindows(profile: WindowProfile, values: Values, given: Given): Generator<Ns, EngineRun> {
  const rules = QEMU_RULES[profile.id as keyof typeof QEMU_RULES];
  return new WindowsEngine(rules, values as unknown as QemuValues, given, null).run();
}

export function runLayer(profile: LayerProfile, values: Values, given: Given): Generator<Ns, EngineRun> {
  const settings = layerSettings(profile.id, values, given.trace.spec.memoryBytes);
  return new WindowsEngine(QEMU_RULES['qemu-7.2'], settings, given, { profile, values }).run();
}

interface Layer {
  readonly profile: LayerProfile;
  readonly values: Values;
}

/** The guest of the trace, as the migration thread meets it. */
class TraceGuest implements Guest {
  readonly clock: GuestClock;
  private nowNs: Ns = 0;

  constructor(
    private readonly trace: WriteTrace,
    private readonly ram: TraceRam,
  ) {
    this.clock = new GuestClock(trace, ram);
  }

  advanceTo(tNs: Ns): void {
    const before = this.ram.firstWrites;
    this.clock.run(tNs - this.nowNs);
    this.nowNs = tNs;
    const { pagesPerEntry, spec } = this.trace;
    this.clock.owe((this.ram.firstWrites - before) * pagesPerEntry * spec.traceFaultNs);
  }

  throttle(percent: number): void {
    this.clock.speedPpm = Math.round((100 - percent) * 10_000);
  }

  /** A trace has no pages of its own that are written all the time. */
  atSync(): void {}
}

class WindowsEngine {
  private readonly ram: TraceRam;
  private readonly guest: TraceGuest;
  private readonly sender: Sender;
  private readonly thread: QemuMigration;
  private readonly state: RunState;
  private postCopyBytes: Bytes = 0;
  /** Null before the guest has moved without all of its memory. */
  private missingEntries: number | null = null;
  private readonly modern: boolean;
  private readonly polls: PollSample[] = [];
  private nextPollNs: Ns;
  /** When the layer last changed the downtime limit. */
  private retunedMs = 0;
  private lastSync = { tNs: 0, sentPages: 0, wireBytes: 0 };
  private limit: { dueNs: Ns; dirtied: number } | null = null;

  constructor(
    rules: QemuRules,
    private readonly values: QemuValues,
    private readonly given: Given,
    private readonly layer: Layer | null,
  ) {
    const { trace, link } = given;
    this.ram = new TraceRam(trace);
    this.guest = new TraceGuest(trace, this.ram);
    this.modern = rules === QEMU_RULES['qemu-9.2'];
    const recorded = { ...defaultsOf(QEMU_RECORDED), ...values };
    const setup = {
      values: recorded,
      modern: this.modern,
      linkBytesPerSecond: streamRate(link, values.multifd ? values['multifd-channels'] : 1),
      packedBytes: QEMU.pageBytes,
      deltaBytes: deltaOf(Math.max(...trace.spec.phases.map((phase) => phase.bytesPerWrite))),
    };
    this.sender = new Sender(setup, this.ram, this.guest);
    const entryBytes = trace.entryBytes;
    this.state = new RunState(given, () => ({
      wireBytes: this.sender.wire.writtenBytes + this.postCopyBytes,
      dirtiedBytes: this.ram.firstWrites * entryBytes,
      remainingBytes: (this.missingEntries ?? this.ram.remaining) * entryBytes,
      guestNs: this.guest.clock.guestNs,
    }));
    this.nextPollNs = layer ? pollNs(layer) : Infinity;
    this.thread = new QemuMigration({
      rules,
      values: recorded,
      ram: this.ram,
      guest: this.guest,
      sender: this.sender,
      deviceStateBytes: trace.spec.deviceStateBytes,
      onDecision: (tNs, decision) => this.decided(tNs, decision),
      onSync: (tNs) => this.synced(tNs),
      onStop: (tNs) => {
        this.state.nowNs = tNs;
        this.state.stop();
      },
    });
  }

  *run(): Generator<Ns, EngineRun> {
    try {
      yield* this.steps();
    } catch (end) {
      if (!(end instanceof Ended)) throw end;
      const pages = this.given.trace.pagesPerEntry;
      const isDone = end.outcome === 'completed';
      return this.state.finish(end, {
        wireBytes: this.sender.wire.writtenBytes + this.postCopyBytes,
        sent: this.sent(),
        pagesCompared: isDone ? this.ram.pageCount * pages : 0,
        pagesDifferent: isDone ? this.ram.different() * pages : 0,
      });
    }
    throw new Error('broken invariant: a run ends by saying so');
  }

  private *steps(): Generator<Ns> {
    this.thread.start();
    for (;;) {
      this.thread.step();
      this.state.nowNs = this.thread.tNs;
      if (this.thread.isComplete) this.arrive();
      if (this.thread.phase === 'postcopy') yield* this.postCopy();
      this.state.faultsAtSource((durationNs) => this.stall(durationNs));
      if (this.limit) this.limitWriters(this.limit);
      if (this.state.nowNs >= this.nextPollNs) this.poll();
      // Between two pages the guest is behind: brought up for the picture, it has written what it would have anyway.
      if (this.thread.phase === 'precopy') this.guest.advanceTo(this.state.nowNs);
      if (this.state.tick()) yield this.state.nowNs;
      this.state.checkHorizon();
    }
  }

  private stall(durationNs: Ns): void {
    this.thread.stall(durationNs);
    this.state.nowNs = this.thread.tNs;
  }

  /** What was sent since the log was read before is what others call a round. */
  private synced(tNs: Ns): void {
    const { wire, normal, duplicate, deltas, unchanged } = this.sender;
    const { sentPages, wireBytes, tNs: startNs } = this.lastSync;
    const now = { tNs, sentPages: normal + duplicate + deltas + unchanged, wireBytes: wire.writtenBytes };
    this.lastSync = now;
    if (now.sentPages === sentPages) return;
    this.state.course.rounds.push({
      startNs,
      endNs: tNs,
      sentPages: now.sentPages - sentPages,
      wireBytes: now.wireBytes - wireBytes,
      leftPages: this.ram.dirtyPages * this.given.trace.pagesPerEntry,
    });
  }

  private decided(tNs: Ns, decision: Decision): void {
    this.state.course.decide(tNs, this.thread.syncs, decision);
    if (decision.code === 'dirty-limit') this.limit ??= { dueNs: tNs, dirtied: this.ram.firstWrites };
    if (decision.throttlePercent !== undefined)
      this.state.course.setSpeed(tNs, Math.round((100 - decision.throttlePercent) * 10_000));
  }

  /** The guest has moved with all of its memory, unless something went wrong in the stun. */
  private arrive(): never {
    const { thread, state } = this;
    state.nowNs = this.resumedNs();
    state.downtimeNs = state.nowNs - thread.stopNs!;
    state.faultsAtSource((durationNs) => {
      state.nowNs += durationNs;
      state.downtimeNs += durationNs;
    });
    throw new Ended('completed', this.lastReason(), 'target');
  }

  /** The target has loaded the last byte, and the source has heard of it. */
  private resumedNs(): Ns {
    const { thread, given } = this;
    return thread.stopNs! + MACHINE.stopNs.value + thread.stopToResumeNs + given.link.rttNs;
  }

  private lastReason(): string {
    return this.state.course.decisions.at(-1)!.decision.code;
  }

  private *postCopy(): Generator<Ns> {
    const { thread, state, values } = this;
    state.nowNs = this.resumedNs();
    state.downtimeNs = state.nowNs - thread.stopNs!;
    const missing = this.ram.missing();
    this.missingEntries = this.ram.dirtyPages;
    const cap = values['max-postcopy-bandwidth'] || Infinity;
    const rate = streamRate(this.given.link, 1);
    yield* runPostCopy(state, {
      missing,
      clock: this.guest.clock,
      bytesPerSecond: Math.min(cap, rate),
      pageBytes: QEMU.headerBytes + QEMU.pageBytes,
      pageNs: MACHINE.postcopyPageNs.value,
      queuedBytes: values['postcopy-preempt'] ? 0 : MACHINE.socketBytes.value,
      onPage: (entry, bytes) => {
        this.missingEntries!--;
        this.postCopyBytes += bytes;
        this.ram.clear(entry);
      },
    });
    throw new Ended('completed', this.lastReason(), 'target');
  }

  /** dirty-limit: once a period the writers' speed follows what they dirtied, each vCPU alike. */
  private limitWriters(limit: { dueNs: Ns; dirtied: number }): void {
    const periodNs = this.values['x-vcpu-dirty-limit-period'] * NS_PER_MS;
    if (this.state.nowNs < limit.dueNs + periodNs) return;
    const { vcpus } = this.given.trace.spec;
    const { clock } = this.guest;
    const bytes = (this.ram.firstWrites - limit.dirtied) * this.given.trace.entryBytes;
    const measured = (bytes * NS_PER_SECOND) / (this.state.nowNs - limit.dueNs) / vcpus;
    const quota = this.values['vcpu-dirty-limit'] * 1_048_576;
    clock.speedPpm = Math.round(dirtyLimitSpeed(clock.speedPpm / PPM, measured, quota) * PPM);
    this.state.course.setSpeed(this.state.nowNs, clock.speedPpm);
    this.limit = { dueNs: this.state.nowNs, dirtied: this.ram.firstWrites };
  }

  private poll(): void {
    const { profile, values } = this.layer!;
    const elapsedMs = this.state.nowNs / NS_PER_MS;
    const now: PollSample = {
      elapsedMs,
      iteration: this.thread.syncs,
      remainingBytes: this.thread.pendingBytes,
      bytesPerSecond: this.thread.bytesPerMs * 1000,
    };
    const decision = profile.decide(values as never, {
      ...now,
      downtimeLimitMs: this.thread.values['downtime-limit'],
      dataGiB: dataGiB(this.given.trace.spec.memoryBytes),
      history: this.polls,
      sinceMs: this.retunedMs,
    });
    this.polls.push(now);
    const fast = profile.id === 'proxmox' && now.remainingBytes < now.bytesPerSecond;
    this.nextPollNs = this.state.nowNs + (fast ? 100 * NS_PER_MS : pollNs(this.layer!));
    if (this.thread.phase === 'precopy' && decision.action !== 'go-on') this.obey(decision, elapsedMs);
  }

  private obey(decision: Decision, elapsedMs: number): void {
    const { thread, state } = this;
    state.course.decide(state.nowNs, thread.syncs, decision);
    if (decision.action === 'abort') throw new Ended('aborted', decision.code, 'source');
    if (decision.action === 'post-copy') thread.postcopyFromNs = state.nowNs;
    if (decision.action === 'pause') thread.pause();
    if (decision.downtimeLimitMs === undefined) return;
    thread.values = { ...thread.values, 'downtime-limit': decision.downtimeLimitMs };
    this.retunedMs = elapsedMs;
  }

  private sent(): SentBytes {
    const { sender, postCopyBytes } = this;
    const header = this.values.multifd ? 0 : QEMU.headerBytes;
    const wholePages = sender.normal + postCopyBytes / (QEMU.headerBytes + PAGE_BYTES);
    const wholeBytes = sender.normal * (header + QEMU.pageBytes) + postCopyBytes;
    const zeroBytes = sender.duplicate * (header === 0 && this.modern ? 0 : QEMU.zeroPageBytes);
    const wireBytes = sender.wire.writtenBytes + postCopyBytes;
    return {
      wholePages,
      wholeBytes,
      zeroPages: sender.duplicate,
      zeroBytes,
      packedPages: sender.deltas,
      packedBytes: sender.deltaBytes,
      otherBytes: wireBytes - wholeBytes - zeroBytes - sender.deltaBytes,
    };
  }
}

/** oVirt's monitor has an interval of its own. */
function pollNs({ profile, values }: Layer): Ns {
  const seconds = values['migration_monitor_interval'];
  return typeof seconds === 'number' ? seconds * NS_PER_SECOND : profile.pollMs * NS_PER_MS;
}

/** Writes fall on places of their own: each adds its bytes and the lengths around them. Stamps count writes; -1 was all zeros. */
function deltaOf(bytesPerWrite: Bytes): (before: number, now: number) => number {
  return (before, now) => {
    const bytes = (now - Math.max(0, before)) * (bytesPerWrite + DELTA_RUN_BYTES);
    return bytes > PAGE_BYTES ? -1 : bytes;
  };
}
