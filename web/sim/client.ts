/**
 * A client of the VM: a ping at a fixed pace and one stream of numbered transactions, each sent when the last is answered.
 * Both are computed from the stretches of service alone, so that any instant can be asked for. Long undisturbed stretches are
 * counted, not stepped; around a change every request, retransmission and answer is followed one by one.
 *
 * The VM keeps the number of the last request it executed in its memory, which moves with it: a retransmitted request it has
 * seen is answered again, not executed again. A transaction is lost if the client has its answer and the VM's memory does not
 * have it; it happened twice if the VM executed a number its memory had before.
 */
import { PPM, mulDivCeil, type Ns } from '../base/units.ts';
import type { ClientSpec } from '../scenario/schema.ts';
import type { ClientTotals, ServiceStretch } from './run-log.ts';

/** CPU time of an echo reply in the VM's kernel; our choice, far below the 10 ms between pings. */
const ECHO_NS = 20_000;

export interface PingOutcome {
  readonly sentNs: Ns;
  /** Null: never answered. */
  readonly rttNs: Ns | null;
}

/** Ping `index` is sent at index x interval; negative indexes are before the run, when the VM ran undisturbed. */
export function pingOutcome(
  service: readonly ServiceStretch[],
  spec: ClientSpec,
  index: number,
): PingOutcome {
  const sentNs = index * spec.pingIntervalNs;
  const stretch = stretchAt(service, sentNs + spec.latencyNs);
  if (stretch && stretch.state !== 'reachable') return { sentNs, rttNs: null };
  return {
    sentNs,
    rttNs: 2 * spec.latencyNs + mulDivCeil(ECHO_NS, PPM, Math.max(1, stretch?.speedPpm ?? PPM)),
  };
}

/** Index of the first ping sent at or after `ns`. */
export function firstPingFrom(spec: ClientSpec, ns: Ns): number {
  return Math.ceil(ns / spec.pingIntervalNs);
}

/** Pings sent in [0, untilNs) and how many of them had by then found no running VM. */
export function pingTotals(
  service: readonly ServiceStretch[],
  spec: ClientSpec,
  untilNs: Ns,
): { pings: number; lostPings: number } {
  const pings = Math.max(0, firstPingFrom(spec, untilNs));
  let lostPings = 0;
  service.forEach((stretch, i) => {
    if (stretch.state === 'reachable') return;
    const toNs = service[i + 1]?.fromNs ?? Infinity;
    const first = Math.max(0, firstPingFrom(spec, stretch.fromNs - spec.latencyNs));
    const end = Math.min(pings, firstPingFrom(spec, Math.min(toNs, untilNs) - spec.latencyNs));
    lostPings += Math.max(0, end - first);
  });
  return { pings, lostPings };
}

/** `count` transactions answered one after the other from `fromNs` on, each taking `eachNs`. */
export interface AnsweredRun {
  readonly fromNs: Ns;
  readonly eachNs: Ns;
  readonly count: number;
  /** Answered before this run. */
  readonly before: number;
}

export interface ClientTrack {
  readonly spec: ClientSpec;
  readonly service: readonly ServiceStretch[];
  readonly runs: readonly AnsweredRun[];
  readonly retransmissionsNs: readonly Ns[];
  readonly suppressedNs: readonly Ns[];
  readonly executed: number;
  readonly requests: number;
  readonly acknowledged: number;
  readonly twice: number;
}

/** Follows the stream of transactions from 0 to `untilNs`. */
export function trackClient(spec: ClientSpec, service: readonly ServiceStretch[], untilNs: Ns): ClientTrack {
  const stream = new TransactionStream(spec, service, untilNs);
  while (stream.step());
  return stream.track();
}

class TransactionStream {
  readonly #runs: AnsweredRun[] = [];
  readonly #retransmissionsNs: Ns[] = [];
  readonly #suppressedNs: Ns[] = [];
  #atNs = 0;
  #acknowledged = 0;
  #requests = 0;
  /** What the VM's memory says: the last request it executed, and how often it executed one it had executed before. */
  #lastExecuted = 0;
  #executions = 0;

  constructor(
    readonly spec: ClientSpec,
    readonly service: readonly ServiceStretch[],
    readonly untilNs: Ns,
  ) {}

  /** One stretch of equal transactions, or one disturbed transaction; false when the end is reached. */
  step(): boolean {
    if (this.#atNs >= this.untilNs) return false;
    return this.#skipSteady() || this.#one();
  }

  #skipSteady(): boolean {
    const index = stretchIndex(this.service, this.#atNs);
    const stretch = this.service[index];
    if (stretch && stretch.state !== 'reachable') return false;
    const endNs = Math.min(this.service[index + 1]?.fromNs ?? Infinity, this.untilNs);
    const eachNs = this.#undisturbedNs(stretch);
    const count = Math.floor((endNs - this.#atNs) / eachNs);
    if (count < 1 || eachNs >= this.spec.retransmitNs) return false;
    this.#answered(eachNs, count);
    this.#requests += count;
    this.#lastExecuted = this.#requests;
    this.#executions += count;
    return true;
  }

  #undisturbedNs(stretch: ServiceStretch | undefined): Ns {
    return (
      2 * this.spec.latencyNs + mulDivCeil(this.spec.serviceNs, PPM, Math.max(1, stretch?.speedPpm ?? PPM))
    );
  }

  #answered(eachNs: Ns, count: number): void {
    this.#runs.push({ fromNs: this.#atNs, eachNs, count, before: this.#acknowledged });
    this.#acknowledged += count;
    this.#atNs += eachNs * count;
  }

  /** One transaction, attempt by attempt; false when it is still open at the end. */
  #one(): boolean {
    const number = ++this.#requests;
    let sentNs = this.#atNs;
    let timeoutNs = this.spec.retransmitNs;
    let answerNs = Infinity;
    for (;;) {
      answerNs = Math.min(answerNs, this.#deliver(number, sentNs));
      const retryNs = sentNs + timeoutNs;
      if (answerNs <= retryNs || retryNs >= this.untilNs) break;
      this.#retransmissionsNs.push(retryNs);
      sentNs = retryNs;
      timeoutNs *= 2;
    }
    if (answerNs >= this.untilNs) return false;
    this.#answered(answerNs - this.#atNs, 1);
    return true;
  }

  /** One request frame: when its answer reaches the client, Infinity if the frame found no running VM behind the port. */
  #deliver(number: number, sentNs: Ns): Ns {
    const arrivesNs = sentNs + this.spec.latencyNs;
    const stretch = stretchAt(this.service, arrivesNs);
    if (arrivesNs >= this.untilNs || (stretch && stretch.state !== 'reachable')) return Infinity;
    if (number <= this.#lastExecuted) {
      this.#suppressedNs.push(arrivesNs);
      return arrivesNs + this.spec.latencyNs;
    }
    this.#lastExecuted = number;
    this.#executions++;
    return this.#workedUntil(arrivesNs) + this.spec.latencyNs;
  }

  /** When the VM has spent serviceNs of its own time on a request that arrived at `fromNs`; a stun in between only delays it. */
  #workedUntil(fromNs: Ns): Ns {
    let left = this.spec.serviceNs;
    let atNs = fromNs;
    for (let i = stretchIndex(this.service, fromNs); ; i++) {
      const stretch = this.service[i];
      const speed = stretch ? (stretch.state === 'stunned' ? 0 : stretch.speedPpm) : PPM;
      const endNs = this.service[i + 1]?.fromNs ?? Infinity;
      const neededNs = speed === 0 ? Infinity : mulDivCeil(left, PPM, speed);
      if (atNs + neededNs <= endNs) return atNs + neededNs;
      if (endNs === Infinity) return Infinity;
      left -= Math.floor(((endNs - atNs) * speed) / PPM);
      atNs = endNs;
    }
  }

  track(): ClientTrack {
    return {
      spec: this.spec,
      service: this.service,
      runs: this.#runs,
      retransmissionsNs: this.#retransmissionsNs,
      suppressedNs: this.#suppressedNs,
      requests: this.#requests,
      executed: this.#lastExecuted,
      acknowledged: this.#acknowledged,
      twice: this.#executions - this.#lastExecuted,
    };
  }
}

/** Transactions answered at or before `ns`. */
export function answeredBy(track: ClientTrack, ns: Ns): number {
  const run =
    track.runs[lastIndexWhere(track.runs.length, (i) => (track.runs[i] as AnsweredRun).fromNs <= ns)];
  if (!run) return 0;
  return run.before + Math.min(run.count, Math.floor((ns - run.fromNs) / run.eachNs));
}

/** Transactions answered in (fromNs, toNs]. */
export function transactionsBetween(track: ClientTrack, fromNs: Ns, toNs: Ns): number {
  return answeredBy(track, toNs) - answeredBy(track, fromNs);
}

/** Everything counted up to `ns`. One request may still be open; it is neither answered nor lost. */
export function clientTotals(track: ClientTrack, ns: Ns): ClientTotals {
  const { pings, lostPings } = pingTotals(track.service, track.spec, ns);
  const acknowledged = answeredBy(track, ns);
  const open = acknowledged < track.requests ? 1 : 0;
  const requests = acknowledged + open;
  const executed = Math.min(track.executed, requests);
  return {
    pings,
    lostPings,
    requests,
    executed,
    acknowledged,
    retransmissions: countUpTo(track.retransmissionsNs, ns),
    duplicatesSuppressed: countUpTo(track.suppressedNs, ns),
    lost: Math.max(0, acknowledged - executed),
    twice: track.twice,
  };
}

function countUpTo(times: readonly Ns[], ns: Ns): number {
  return 1 + lastIndexWhere(times.length, (i) => (times[i] as Ns) <= ns);
}

/** The stretch that holds at `ns`; undefined before the first, when the VM ran undisturbed. */
export function stretchAt(service: readonly ServiceStretch[], ns: Ns): ServiceStretch | undefined {
  return service[stretchIndex(service, ns)];
}

function stretchIndex(service: readonly ServiceStretch[], ns: Ns): number {
  return lastIndexWhere(service.length, (i) => (service[i] as ServiceStretch).fromNs <= ns);
}

/** Last index for which a monotonic predicate holds; -1 if for none. */
export function lastIndexWhere(length: number, holds: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
