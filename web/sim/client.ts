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
  /** Answered before this run, and how often their requests had been sent again. */
  readonly before: number;
  readonly retriesBefore: number;
  readonly suppressedBefore: number;
  /** Of each: repeated requests the VM had seen already. Retries follow from `eachNs` and the time-out. */
  readonly suppressed: number;
}

export interface ClientTrack {
  readonly spec: ClientSpec;
  readonly service: readonly ServiceStretch[];
  readonly runs: readonly AnsweredRun[];
  /** When the request that is still open at the end was first sent; null if none is. */
  readonly openFromNs: Ns | null;
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
  #atNs = 0;
  #acknowledged = 0;
  #retries = 0;
  #suppressed = 0;
  #requests = 0;
  #openFromNs: Ns | null = null;
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

  /** All transactions that begin and end within one stretch are alike, those that are sent again while the VM works as well. */
  #skipSteady(): boolean {
    const index = stretchIndex(this.service, this.#atNs);
    const stretch = this.service[index];
    if (stretch && stretch.state !== 'reachable') return false;
    const endNs = Math.min(this.service[index + 1]?.fromNs ?? Infinity, this.untilNs);
    const eachNs = this.#undisturbedNs(stretch);
    const count = Math.floor((endNs - this.#atNs) / eachNs);
    if (count < 1) return false;
    this.#requests += count;
    this.#lastExecuted = this.#requests;
    this.#executions += count;
    this.#answered(eachNs, count, retriesWithin(this.spec, eachNs));
    return true;
  }

  #undisturbedNs(stretch: ServiceStretch | undefined): Ns {
    const workNs = mulDivCeil(this.spec.serviceNs, PPM, Math.max(1, stretch?.speedPpm ?? PPM));
    return 2 * this.spec.latencyNs + workNs;
  }

  #answered(eachNs: Ns, count: number, suppressed: number): void {
    this.#runs.push({
      fromNs: this.#atNs,
      eachNs,
      count,
      suppressed,
      before: this.#acknowledged,
      retriesBefore: this.#retries,
      suppressedBefore: this.#suppressed,
    });
    this.#acknowledged += count;
    this.#retries += count * retriesWithin(this.spec, eachNs);
    this.#suppressed += count * suppressed;
    this.#atNs += eachNs * count;
  }

  /** One transaction, attempt by attempt; false when it is still open at the end. */
  #one(): boolean {
    const number = ++this.#requests;
    const firstNs = this.#atNs;
    let answerNs = Infinity;
    let suppressed = 0;
    for (let attempt = 0; ; attempt++) {
      const sentNs = firstNs + backOff(this.spec, attempt);
      if (sentNs >= answerNs || sentNs >= this.untilNs) break;
      const found = this.#arrives(number, sentNs + this.spec.latencyNs);
      if (found === 'seen') suppressed++;
      if (found === 'executed')
        answerNs = this.#workedUntil(sentNs + this.spec.latencyNs) + this.spec.latencyNs;
    }
    if (answerNs >= this.untilNs) {
      this.#openFromNs = firstNs;
      return false;
    }
    this.#answered(answerNs - firstNs, 1, suppressed);
    return true;
  }

  /** What becomes of a request frame: lost where no running VM is behind the port, executed, or known from its number. */
  #arrives(number: number, atNs: Ns): 'lost' | 'executed' | 'seen' {
    const stretch = stretchAt(this.service, atNs);
    if (atNs >= this.untilNs || (stretch && stretch.state !== 'reachable')) return 'lost';
    if (number <= this.#lastExecuted) return 'seen';
    this.#lastExecuted = number;
    this.#executions++;
    return 'executed';
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
      openFromNs: this.#openFromNs,
      requests: this.#requests,
      executed: this.#lastExecuted,
      acknowledged: this.#acknowledged,
      twice: this.#executions - this.#lastExecuted,
    };
  }
}

/** When attempt k leaves, after the first: time-outs double, so R, 3R, 7R, ... Attempts beyond 30 would take centuries. */
function backOff(spec: ClientSpec, attempt: number): Ns {
  return spec.retransmitNs * ((1 << Math.min(attempt, 30)) - 1);
}

/** Retransmissions of a request whose answer comes `ns` after it was first sent: those that left before. */
function retriesWithin(spec: ClientSpec, ns: Ns): number {
  let retries = 0;
  while (backOff(spec, retries + 1) < ns) retries++;
  return retries;
}

/** Transactions answered at or before `ns`. */
export function answeredBy(track: ClientTrack, ns: Ns): number {
  const run = runAt(track, ns);
  return run ? run.before + doneIn(run, ns) : 0;
}

/** Requests sent again at or before `ns`; those of the transaction under way included. */
export function retransmissionsBy(track: ClientTrack, ns: Ns): number {
  const run = runAt(track, ns);
  const done = run ? doneIn(run, ns) : 0;
  const ended = run ? run.retriesBefore + done * retriesWithin(track.spec, run.eachNs) : 0;
  const openFromNs = run && done < run.count ? run.fromNs + done * run.eachNs : track.openFromNs;
  // One that leaves at this very instant has left.
  return (
    ended + (openFromNs !== null && openFromNs <= ns ? retriesWithin(track.spec, ns - openFromNs + 1) : 0)
  );
}

function runAt(track: ClientTrack, ns: Ns): AnsweredRun | undefined {
  return track.runs[lastIndexWhere(track.runs.length, (i) => (track.runs[i] as AnsweredRun).fromNs <= ns)];
}

function doneIn(run: AnsweredRun, ns: Ns): number {
  return Math.min(run.count, Math.floor((ns - run.fromNs) / run.eachNs));
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
    retransmissions: retransmissionsBy(track, ns),
    duplicatesSuppressed: suppressedBy(track, ns),
    lost: Math.max(0, acknowledged - executed),
    twice: track.twice,
  };
}

/** Repeated requests the VM knew from their number, of transactions answered by `ns`. */
function suppressedBy(track: ClientTrack, ns: Ns): number {
  const run = runAt(track, ns);
  return run ? run.suppressedBefore + doneIn(run, ns) * run.suppressed : 0;
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
