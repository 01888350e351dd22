/** A run as stretches of time, read from the events up to an instant: what the timeline paints. */
import type { Bytes, BytesPerSecond, Ns } from '../base/units.ts';
import type { SimEvent } from '../sim/events.ts';

export type SegmentKind = 'prepare' | 'round' | 'stun' | 'settle';

export interface Segment {
  readonly kind: SegmentKind;
  /** Of a round; -1 otherwise. */
  readonly round: number;
  readonly fromNs: Ns;
  readonly toNs: Ns;
  readonly done: boolean;
}

/** A rate that held for a while. */
export interface RateStretch {
  readonly fromNs: Ns;
  readonly toNs: Ns;
  readonly bytesPerSecond: BytesPerSecond;
}

export interface RunSegments {
  readonly segments: readonly Segment[];
  readonly sent: readonly RateStretch[];
  readonly dirtied: readonly RateStretch[];
  /** Where a cross stands: given up or cancelled. */
  readonly stoppedNs: Ns | null;
  readonly endedNs: Ns | null;
}

type Open = Pick<Segment, 'kind' | 'round' | 'fromNs'> & { readonly bytesPerSecond: BytesPerSecond };

/** Reads events with `atNs` up to `uptoNs`; the stretch under way ends there. */
export function runSegments(
  events: readonly SimEvent[],
  migration: number,
  uptoNs: Ns,
  runningDirtyBytesPerSecond: BytesPerSecond,
): RunSegments {
  const reader = new SegmentReader();
  for (const event of events) {
    if (event.atNs > uptoNs) break;
    if (event.migration === migration) reader.read(event);
  }
  reader.running(uptoNs, runningDirtyBytesPerSecond);
  return reader;
}

class SegmentReader implements RunSegments {
  readonly segments: Segment[] = [];
  readonly sent: RateStretch[] = [];
  readonly dirtied: RateStretch[] = [];
  stoppedNs: Ns | null = null;
  endedNs: Ns | null = null;
  #open: Open | null = null;

  read(event: SimEvent): void {
    const { atNs } = event;
    switch (event.code) {
      case 'requested':
        return this.#begin('prepare', atNs);
      case 'traced':
        return this.#traced(atNs, event.n.stunNs);
      case 'round-started':
        return this.#begin('round', atNs, event.n.round, event.n.bytesPerSecond);
      case 'round-ended':
        return this.#roundEnded(atNs, event.n.bytesPerSecond, event.n.dirtyBytesPerSecond);
      case 'stunned':
        return this.#begin('stun', atNs);
      case 'bitmap-sent':
      case 'device-state-sent':
        return this.#carried(atNs, event.n.durationNs, event.n.bytes);
      case 'last-pages-sent':
        return this.#carried(atNs, event.n.durationNs, event.n.wireBytes);
      case 'resumed':
        return this.#begin('settle', atNs);
      case 'completed':
      case 'cancelled':
      case 'failed':
        this.#close(atNs);
        this.endedNs = atNs;
        if (event.code !== 'completed') this.stoppedNs = atNs;
    }
  }

  /** What has not ended by `uptoNs` is drawn as far as that. */
  running(uptoNs: Ns, dirtyBytesPerSecond: BytesPerSecond): void {
    const open = this.#open;
    if (!open || uptoNs <= open.fromNs) return;
    this.segments.push({
      kind: open.kind,
      round: open.round,
      fromNs: open.fromNs,
      toNs: uptoNs,
      done: false,
    });
    if (open.kind !== 'round') return;
    this.sent.push({ fromNs: open.fromNs, toNs: uptoNs, bytesPerSecond: open.bytesPerSecond });
    this.dirtied.push({ fromNs: open.fromNs, toNs: uptoNs, bytesPerSecond: dirtyBytesPerSecond });
  }

  #begin(kind: SegmentKind, atNs: Ns, round = -1, bytesPerSecond = 0): void {
    this.#close(atNs);
    this.#open = { kind, round, fromNs: atNs, bytesPerSecond };
  }

  #close(atNs: Ns): void {
    const open = this.#open;
    this.#open = null;
    if (!open || atNs <= open.fromNs) return;
    this.segments.push({ kind: open.kind, round: open.round, fromNs: open.fromNs, toNs: atNs, done: true });
  }

  /** Traces set while all vCPUs stand still are a stun of their own. */
  #traced(atNs: Ns, stunNs: Ns): void {
    if (stunNs <= 0) return;
    this.#begin('stun', atNs - stunNs);
    this.#begin('prepare', atNs);
  }

  #roundEnded(atNs: Ns, bytesPerSecond: BytesPerSecond, dirtyBytesPerSecond: BytesPerSecond): void {
    const fromNs = this.#open?.fromNs ?? atNs;
    this.#close(atNs);
    this.sent.push({ fromNs, toNs: atNs, bytesPerSecond });
    this.dirtied.push({ fromNs, toNs: atNs, bytesPerSecond: dirtyBytesPerSecond });
  }

  #carried(atNs: Ns, durationNs: Ns, bytes: Bytes): void {
    if (durationNs > 0)
      this.sent.push({ fromNs: atNs - durationNs, toNs: atNs, bytesPerSecond: (bytes / durationNs) * 1e9 });
  }
}
