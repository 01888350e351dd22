/**
 * The data plane over the wasm kernels: turns specs into numbers in the mailbox, and numbers in the mailbox into counters. Views
 * of the memory are made anew for every use, because memory that grows detaches them; that costs nothing next to a call.
 */
import { ProblemError, assert } from '../base/result.ts';
import {
  GIB,
  KIB,
  MIB,
  PAGE_BYTES,
  type Bytes,
  type BytesPerSecond,
  type Ns,
  type Ppm,
} from '../base/units.ts';
import { COMPRESSIONS, WORKLOAD_PATTERNS } from '../scenario/choices.ts';
import type { Phase } from '../scenario/schema.ts';
import type {
  AdvanceStop,
  Comparison,
  Counters,
  DataPlane,
  Fidelity,
  GuestMemory,
  GuestMemorySpec,
} from '../sim/data-plane.ts';
import type { Kernels } from './wasm.ts';

/** A wasm memory has 4 GiB; its last 64 KiB stay free so that no address wraps around. */
const CAPACITY_BYTES = 4 * GIB - 64 * KIB;

/** Doubles in the mailbox. */
const MAILBOX_DOUBLES = 256;

const BUCKETS = 4096;

/** Slices of a round where the spec leaves it open. */
const SLICES = 64;

/** As the schema has it; more would not fit the mailbox. */
const MOST_PHASES = 16;

/** The codes of `vmAdvance`. */
const STOPS: readonly AdvanceStop[] = ['time', 'round', 'budget'];

/** Pages made or compared in one call: a few hundredths of a second at most, so that a watcher is never left waiting. */
const STEP_PAGES: Readonly<Record<Fidelity, number>> = {
  'byte-exact': 4096,
  'page-exact': 2 ** 23,
  expected: 0,
};

export interface WasmDataPlaneOptions {
  /** Most bytes to ask this machine for. */
  readonly capacityBytes?: Bytes;
}

export class WasmDataPlane implements DataPlane {
  readonly capacityBytes: Bytes;

  constructor(
    private readonly kernels: Kernels,
    options: WasmDataPlaneOptions = {},
  ) {
    this.capacityBytes = Math.min(options.capacityBytes ?? CAPACITY_BYTES, CAPACITY_BYTES);
  }

  bytesNeeded(spec: GuestMemorySpec): Bytes {
    writeSpec(mailboxOf(this.kernels), spec);
    return this.kernels.vmBytesNeeded();
  }

  create(spec: GuestMemorySpec): WasmGuestMemory {
    const neededBytes = this.bytesNeeded(spec);
    if (neededBytes > this.capacityBytes) refuse(spec, neededBytes, this.capacityBytes);
    const vm = this.kernels.vmCreate();
    if (vm === 0) refuse(spec, neededBytes, this.kernels.memory.buffer.byteLength);
    return new WasmGuestMemory(this.kernels, vm, spec.fidelity, spec.usedBytes / PAGE_BYTES);
  }
}

export class WasmGuestMemory implements GuestMemory {
  private live = true;
  private preparedPages = 0;
  private comparedPages = 0;

  constructor(
    private readonly kernels: Kernels,
    /** Address of the VM's state; tests hand it to `vmRegion`. */
    readonly address: number,
    readonly fidelity: Fidelity,
    readonly pageCount: number,
  ) {}

  prepare(): boolean {
    if (this.preparedPages < this.pageCount) {
      this.kernels.vmPrepare(this.vm(), this.preparedPages, STEP_PAGES[this.fidelity]);
      this.preparedPages = Math.min(this.pageCount, this.preparedPages + STEP_PAGES[this.fidelity]);
    }
    return this.preparedPages === this.pageCount;
  }

  beginTracking(atNs: Ns, bytesPerSecond: BytesPerSecond): void {
    while (!this.prepare());
    this.comparedPages = 0;
    this.kernels.vmBeginTracking(this.vm(), wholeNs(atNs), Math.floor(bytesPerSecond));
  }

  setRate(atNs: Ns, bytesPerSecond: BytesPerSecond): void {
    this.kernels.vmSetRate(this.vm(), wholeNs(atNs), Math.floor(bytesPerSecond));
  }

  setGuestSpeed(speedPpm: Ppm): void {
    this.kernels.vmSetGuestSpeed(this.vm(), speedPpm);
  }

  nextRound(): number {
    return this.kernels.vmNextRound(this.vm());
  }

  advance(untilNs: Ns, pageBudget: number): AdvanceStop {
    const stop =
      STOPS[
        this.kernels.vmAdvance(this.vm(), wholeNs(untilNs), Math.min(pageBudget, Number.MAX_SAFE_INTEGER))
      ];
    assert(stop, 'the kernels stop for a known reason');
    return stop;
  }

  counters(): Counters {
    this.kernels.vmCounters(this.vm());
    const report = mailboxOf(this.kernels);
    const at = (index: number) => report[index] as number;
    return {
      nowNs: at(0),
      sentPages: at(1),
      zeroPages: at(2),
      deltaPages: at(3),
      unchangedPages: at(4),
      compressedPages: at(5),
      wireBytes: at(6),
      guestWrites: at(7),
      traceFaults: at(8),
      guestNs: at(9),
      toSendPages: at(10),
      writtenPages: at(11),
      cursorPage: at(12),
    };
  }

  soonestNs(): Ns {
    const soonestNs = this.kernels.vmSoonest(this.vm());
    return soonestNs < 0 ? Infinity : soonestNs;
  }

  buckets(out: Uint32Array): void {
    this.kernels.vmBuckets(this.vm());
    out.set(new Uint32Array(this.kernels.memory.buffer, this.kernels.planeBuckets() >>> 0, 2 * BUCKETS));
  }

  compareMore(): boolean {
    if (this.fidelity !== 'byte-exact') return true;
    this.kernels.vmCompare(this.vm(), this.comparedPages, STEP_PAGES[this.fidelity]);
    this.comparedPages = Math.min(this.pageCount, this.comparedPages + STEP_PAGES[this.fidelity]);
    return this.comparedPages === this.pageCount;
  }

  compare(): Comparison | null {
    if (this.fidelity !== 'byte-exact') return null;
    while (!this.compareMore());
    this.comparedPages = 0;
    const report = mailboxOf(this.kernels);
    const at = (index: number) => report[index] as number;
    return {
      pagesCompared: at(0),
      firstDifferentPage: at(1),
      sourceHash: hex(at(2), at(3)),
      targetHash: hex(at(4), at(5)),
    };
  }

  release(): void {
    this.kernels.vmRelease(this.vm());
    this.live = false;
  }

  private vm(): number {
    assert(this.live, 'a released VM is not used');
    return this.address;
  }
}

/** Times are whole and below 2^53; "for ever" becomes the largest of them. */
function wholeNs(ns: Ns): Ns {
  return Math.min(ns, Number.MAX_SAFE_INTEGER);
}

function hex(high: number, low: number): string {
  return high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');
}

function mailboxOf(kernels: Kernels): Float64Array {
  return new Float64Array(kernels.memory.buffer, kernels.planeMailbox() >>> 0, MAILBOX_DOUBLES);
}

/** The fields of `VmSpec` and `PhaseSpec` in `assembly/layout.ts`, in their order. */
function writeSpec(mailbox: Float64Array, spec: GuestMemorySpec): void {
  assert(spec.usedBytes > 0 && spec.usedBytes % PAGE_BYTES === 0, 'used memory is whole pages');
  assert(spec.phases.length >= 1 && spec.phases.length <= MOST_PHASES, 'a guest has 1 to 16 phases');
  assert(spec.writes !== 'sliced' || spec.fidelity === 'page-exact', 'single writes make bytes');
  const pageCount = spec.usedBytes / PAGE_BYTES;
  mailbox.set([
    spec.fidelity === 'byte-exact' ? 1 : 0,
    pageCount,
    spec.seed,
    spec.content.textPpm,
    spec.content.heapPpm,
    spec.content.randomPpm,
    COMPRESSIONS.indexOf(spec.compression),
    cacheSlots(spec.xbzrleCacheBytes, pageCount),
    spec.traceFaultNs,
    spec.writes === 'sliced' ? (spec.slices ?? SLICES) : 0,
    spec.phases.length,
    ...[...spec.phases].sort((a, b) => a.afterNs - b.afterNs).flatMap(phaseNumbers),
  ]);
}

function phaseNumbers(phase: Phase): number[] {
  return [
    phase.afterNs,
    WORKLOAD_PATTERNS.indexOf(phase.pattern),
    phase.writesPerSecond,
    phase.workingSetBytes / PAGE_BYTES,
    phase.bytesPerWrite,
    phase.hotWritesPpm,
    phase.hotPagesPpm,
    phase.zipfExponentMilli,
  ];
}

/** A power of two. More slots than pages would stay empty, because a page has only one slot it may be in. */
function cacheSlots(cacheBytes: Bytes, pageCount: number): number {
  let slots = 1;
  while (slots * 2 * PAGE_BYTES <= cacheBytes && slots < pageCount) slots *= 2;
  return slots;
}

function refuse(spec: GuestMemorySpec, neededBytes: Bytes, availableBytes: Bytes): never {
  const alternative =
    spec.fidelity === 'byte-exact'
      ? 'Choose "page-exact" for this VM, which keeps bits instead of bytes, or give it less memory.'
      : 'Choose "expected" for this VM, which follows no single page, or give it less memory.';
  const message =
    `Simulating this VM ${spec.fidelity} takes ${inWords(neededBytes)} of memory, ` +
    `and this machine gives ${inWords(availableBytes)}. ${alternative}`;
  throw new ProblemError([{ code: 'memory.refused', message, path: '' }]);
}

/** Three significant digits, as every number that people read. */
function inWords(bytes: Bytes): string {
  const [unit, name] = bytes >= GIB ? [GIB, 'GiB'] : [MIB, 'MiB'];
  return `${Number((bytes / unit).toPrecision(3))} ${name}`;
}
