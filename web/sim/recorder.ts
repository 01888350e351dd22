/** Collects what a run leaves behind and hands it out in batches. */
import type { Ns, Ppm } from '../base/units.ts';
import type { Scenario, Vm } from '../scenario/schema.ts';
import {
  clientTotals,
  firstPingFrom,
  pingOutcome,
  pingTotals,
  retransmissionsBy,
  trackClient,
} from './client.ts';
import type { GuestMemory } from './data-plane.ts';
import type { EventCode, EventNumbers, SimEvent } from './events.ts';
import { FrameEncoder } from './frames.ts';
import { LogHasher } from './log-hash.ts';
import type { Witness } from './witness.ts';
import {
  FRAME_BUCKETS,
  type ClientTotals,
  type EncodedFrame,
  type RunBatch,
  type ServiceStretch,
} from './run-log.ts';

/** Speeds closer than this are one stretch: half a percent of the guest's speed. */
const SAME_SPEED_PPM = 5_000;

export class Recorder implements Witness {
  readonly wantsEstimates = true;
  #events: SimEvent[] = [];
  #frames: EncodedFrame[] = [];
  #service: ServiceStretch[] = [];
  #count = 0;
  readonly #hash = new LogHasher();
  readonly #buckets = new Uint32Array(2 * FRAME_BUCKETS);
  #encoder = new FrameEncoder();
  #encoderOf = -1;
  /** All stretches so far, per VM: what its clients met. */
  readonly #served = new Map<string, ServiceStretch[]>();
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
    const vm = this.vmOf(stretch.migration);
    const served = this.#served.get(vm) ?? [];
    const last = served[served.length - 1];
    if (last && sameService(last, stretch)) return;
    served.push(stretch);
    this.#served.set(vm, served);
    this.#service.push(stretch);
  }

  /** When the client has its first answer again, given that frames reach the VM from `reachableNs` on. */
  clientBack(
    vm: Vm,
    stunnedNs: Ns,
    reachableNs: Ns,
  ): { atNs: Ns; lostPings: number; retransmissions: number } {
    const service = this.#served.get(vm.id) ?? [];
    const ping = pingOutcome(
      service,
      vm.client,
      Math.max(0, firstPingFrom(vm.client, reachableNs - vm.client.latencyNs)),
    );
    const atNs = Math.max(reachableNs, ping.sentNs + (ping.rttNs ?? 0));
    const before = trackClient(vm.client, service, stunnedNs);
    const after = trackClient(vm.client, service, atNs + vm.client.retransmitNs);
    return {
      atNs,
      lostPings:
        pingTotals(service, vm.client, atNs).lostPings - pingTotals(service, vm.client, stunnedNs).lostPings,
      retransmissions: retransmissionsBy(after, atNs) - retransmissionsBy(before, stunnedNs),
    };
  }

  clientTotals(vm: Vm, untilNs: Ns): ClientTotals {
    return clientTotals(trackClient(vm.client, this.#served.get(vm.id) ?? [], untilNs), untilNs);
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

function sameService(a: ServiceStretch, b: ServiceStretch): boolean {
  return a.state === b.state && a.host === b.host && Math.abs(a.speedPpm - b.speedPpm) < SAME_SPEED_PPM;
}
