/** Collects what a run leaves behind and hands it out in batches. */
import type { Ns, Ppm } from '../base/units.ts';
import type { Scenario, Vm } from '../scenario/schema.ts';
import { ClientWatch, type ClientBack } from './client-watch.ts';
import { checkMigration, type CheckAnswer } from './checks.ts';
import type { GuestMemory } from './data-plane.ts';
import type { EventCode, EventNumbers, SimEvent } from './events.ts';
import { FrameEncoder } from './frames.ts';
import { LogHasher } from './log-hash.ts';
import type { Witness } from './witness.ts';
import {
  FRAME_BUCKETS,
  type ClientTotals,
  type EncodedFrame,
  type PlannedMigration,
  type RunBatch,
  type ServiceStretch,
} from './run-log.ts';

export class Recorder implements Witness {
  readonly watches = true;
  #events: SimEvent[] = [];
  #frames: EncodedFrame[] = [];
  #service: ServiceStretch[] = [];
  #count = 0;
  readonly #hash = new LogHasher();
  readonly #buckets = new Uint32Array(2 * FRAME_BUCKETS);
  #encoder = new FrameEncoder();
  #encoderOf = -1;
  readonly #watch = new ClientWatch();
  #virtualNs: Ns = 0;
  readonly #expected: { atNs: Ns; migration: number; n: EventNumbers['requested'] }[] = [];

  constructor(
    readonly scenario: Scenario,
    readonly vmOf: (migration: number) => string,
  ) {}

  get events(): number {
    return this.#count;
  }

  get logHash(): string {
    return this.#hash.digest();
  }

  /** A request to come: recorded in its place among the events, as queued if another migration is then under way. */
  expect(atNs: Ns, migration: number, n: EventNumbers['requested']): void {
    this.#expected.push({ atNs, migration, n });
  }

  /** Its turn has come: recorded now unless it has been waiting. */
  begin(migration: number): void {
    const request = this.#expected.find((one) => one.migration === migration);
    if (!request) return;
    this.#expected.splice(this.#expected.indexOf(request), 1);
    this.#record(request.atNs, migration, 'requested', request.n);
  }

  event<C extends EventCode>(atNs: Ns, migration: number, code: C, n: EventNumbers[C]): void {
    for (
      let next = this.#expected[0];
      next && next.atNs < atNs && next.migration !== migration;
      next = this.#expected[0]
    ) {
      this.#expected.shift();
      this.#record(next.atNs, next.migration, 'requested', next.n);
      this.#record(next.atNs, next.migration, 'queued', { ahead: next.migration - migration });
    }
    this.#record(atNs, migration, code, n);
  }

  #record<C extends EventCode>(atNs: Ns, migration: number, code: C, n: EventNumbers[C]): void {
    const event = { seq: this.#count++, atNs, migration, code, n } as unknown as SimEvent;
    this.#hash.add(event);
    this.#events.push(event);
    this.#virtualNs = Math.max(this.#virtualNs, atNs);
  }

  refusals(vm: Vm, planned: PlannedMigration, location: string): CheckAnswer[] {
    return checkMigration(this.scenario, vm, planned, location).filter((answer) => !answer.passes);
  }

  frame(migration: number, round: number, speedPpm: Ppm, memory: GuestMemory, atNs: Ns): void {
    if (this.#encoderOf !== migration) {
      this.#encoder = new FrameEncoder();
      this.#encoderOf = migration;
    }
    const counters = memory.counters();
    memory.buckets(this.#buckets);
    const { cursorPage, sentPages, wireBytes, toSendPages, writtenPages, guestWrites } = counters;
    const facts = {
      atNs,
      migration,
      round,
      cursorPage,
      sentPages,
      wireBytes,
      toSendPages,
      writtenPages,
      guestWrites,
      speedPpm,
    };
    this.#frames.push(this.#encoder.encode(facts, this.#buckets));
    this.#virtualNs = Math.max(this.#virtualNs, atNs);
  }

  serve(stretch: ServiceStretch): void {
    if (this.#watch.serve(this.vmOf(stretch.migration), stretch)) this.#service.push(stretch);
  }

  clientBack(vm: Vm, stunnedNs: Ns, reachableNs: Ns): ClientBack {
    return this.#watch.clientBack(vm, stunnedNs, reachableNs);
  }

  clientTotals(vm: Vm, untilNs: Ns): ClientTotals {
    return this.#watch.totals(vm, untilNs);
  }

  /** Everything since the last call. */
  drain(doneShare: number): RunBatch {
    const batch = {
      events: this.#events,
      frames: this.#frames,
      service: this.#service,
      virtualNs: this.#virtualNs,
      doneShare,
    };
    this.#events = [];
    this.#frames = [];
    this.#service = [];
    return batch;
  }
}
