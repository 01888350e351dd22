/**
 * The one small port between the control plane (this folder) and the data plane (assembly/). A call advances a whole VM to a
 * virtual time, to the end of its round or by a page budget; it is never a call per page. Who implements it: the wasm kernels
 * (`worker/wasm-data-plane.ts`). Nothing here knows of threads or of wasm.
 *
 * Meaning of a round: two bitmaps, one bit a page. `toSend` is the list of this round; `written` collects pages the guest writes
 * after they were sent (or that were not on the list). Pages leave in groups of up to 64 neighbours, one bitmap word: their bits
 * are cleared, their content is staged at that instant, then the group occupies the wire for its bytes and the guest runs for
 * that time. A write to a page that still waits in `toSend` costs nothing. `nextRound` turns `written` into `toSend`.
 */
import type { Bytes, BytesPerSecond, Ns, Ppm } from '../base/units.ts';
import type { Content, Phase, Policy } from '../scenario/schema.ts';

export type Fidelity = 'byte-exact' | 'page-exact' | 'expected';

export type Writes = 'each' | 'sliced';

export interface GuestMemorySpec {
  readonly fidelity: Fidelity;
  /** Pages round 0 sends: the used memory, a multiple of 4096. */
  readonly usedBytes: Bytes;
  readonly seed: number;
  readonly content: Content;
  readonly phases: readonly Phase[];
  readonly compression: Policy['compression'];
  readonly xbzrleCacheBytes: Bytes;
  /** Guest time the first write to a traced page costs. */
  readonly traceFaultNs: Ns;
  /**
   * `each` where absent. `sliced`, page-exact alone: the writes of a 64th of the round's list are applied at once, each page by its chance to be among
   * them. As many writes, other pages of the same distribution; far quicker where the bitmaps do not fit a cache.
   */
  readonly writes?: Writes;
  /** Slices of a round, where writes are sliced; 64 where absent. More cost more, and pay trace faults sooner. */
  readonly slices?: number;
}

export type AdvanceStop = 'time' | 'round' | 'budget';

/** Totals since `beginTracking`, except where a name says otherwise. All integers. */
export interface Counters {
  /** Virtual time of the last finished group (or of the last `untilNs` where nothing was on the wire). */
  readonly nowNs: Ns;
  readonly sentPages: number;
  /** Sent as 9 bytes because every byte was zero. */
  readonly zeroPages: number;
  /** Sent as an XBZRLE delta. */
  readonly deltaPages: number;
  /** XBZRLE found them unchanged: nothing was sent. Counted in sentPages. */
  readonly unchangedPages: number;
  /** Sent as an LZ4 block. */
  readonly compressedPages: number;
  readonly wireBytes: Bytes;
  readonly guestWrites: number;
  /** First writes to a traced page. */
  readonly traceFaults: number;
  /** Time the guest really ran, less what traces and SDPS took. */
  readonly guestNs: Ns;
  readonly toSendPages: number;
  readonly writtenPages: number;
  /** Next page the sweep looks at. */
  readonly cursorPage: number;
}

export interface Comparison {
  readonly pagesCompared: number;
  /** -1 when every page is equal. */
  readonly firstDifferentPage: number;
  /** 16 hex digits: XXH64 page hashes folded in page order. */
  readonly sourceHash: string;
  readonly targetHash: string;
}

export interface GuestMemory {
  readonly fidelity: Fidelity;
  readonly pageCount: number;
  /** Makes the next part of the guest's memory; true when all of it is there, which it must be before tracking begins. */
  prepare(): boolean;
  /** Sets all traces: every used page is on the list of round 0, the guest runs at full speed from `atNs` on. */
  beginTracking(atNs: Ns, bytesPerSecond: BytesPerSecond): void;
  /** From `atNs` on the wire carries this many bytes a second; a group in flight keeps what it has already sent. */
  setRate(atNs: Ns, bytesPerSecond: BytesPerSecond): void;
  /** From now (the last group boundary) on the guest runs at this share of its speed; 0 stops it. */
  setGuestSpeed(speedPpm: Ppm): void;
  /** Turns the written pages into the list of the next round and puts the sweep at page 0; returns how many. */
  nextRound(): number;
  advance(untilNs: Ns, pageBudget: number): AdvanceStop;
  counters(): Counters;
  /**
   * No earlier than this is the list through, if the rate stays: what its pages cost on the wire at least. Writes only make zero pages
   * dearer. Infinity at rate 0; the present where nothing is left.
   */
  soonestNs(): Ns;
  /** Pages set per bucket, 4096 buckets over the used pages: `toSend` into out[0..4095], `written` into out[4096..8191]. */
  buckets(out: Uint32Array): void;
  /** Compares the next part of both memories; true when all is compared (or there is nothing to compare). */
  compareMore(): boolean;
  /** Byte-exact: compares what is not yet compared and says what was found. Null otherwise. */
  compare(): Comparison | null;
  /** Gives the memory back. The object must not be used afterwards. */
  release(): void;
}

export interface DataPlane {
  /** Bytes of wasm memory that `create` would need for this VM. */
  bytesNeeded(spec: GuestMemorySpec): Bytes;
  /** Most bytes this machine gives the data plane. */
  readonly capacityBytes: Bytes;
  /** Throws ProblemError `memory.refused` with the number needed and the number there is. */
  create(spec: GuestMemorySpec): GuestMemory;
}
