// THE memory map. Every region starts where the one before ends, here and nowhere else, and memory grows in one function.
//
//   static data | mailbox | buckets | wire buffer | arrival page | scratch pages | LZ4 table | text sample | chances | VM | VM ...
//   VM = state | phases | Zipf table | costs | shares | sent groups | toSend | written | zero | XBZRLE cache | source | target
//
// Addresses of a VM's regions are made as u64 first: whether a VM fits is asked for VMs that can not fit into 4 GiB.
import { LZ4_TABLE_BYTES } from './lz4';
import { PAGE_BYTES } from './page';
import { cacheBytes } from './xbzrle';

/** Regions start on cache lines, so that no two of them share one. */
const LINE_BYTES: u64 = 64;

/** Bytes of a wasm memory page, the unit of growth. */
const GROWTH_BYTES: u64 = 65536;

/** The last 64 KiB of the address space stay free, so that no end of a region wraps around to address 0. */
const MOST_BYTES: u64 = (1 << 32) - GROWTH_BYTES;

/** What LZ4 and 16-byte copies may read behind their input and write behind their output. */
const SLACK_BYTES: usize = 64;

/** Pages of one group: the bits of one bitmap word. */
export const GROUP_PAGES: u64 = 64;

/** Header, and the longest thing behind it: a whole page, or a delta or block that is shorter, with its length. */
const MOST_WIRE_BYTES_PER_PAGE: usize = 16 + PAGE_BYTES;

/** Buckets of a heat map, as the port names them. */
export const BUCKETS: u32 = 4096;

/** Quantile cells of the Zipf table. */
export const ZIPF_CELLS: u32 = 4096;

/** Bytes of generated text from which text pages are cut; a page may start at any of them, so one more page follows. */
export const TEXT_BYTES: usize = 65536;

/** Most phases a guest may have; the schema has the same limit. */
export const MOST_PHASES: u32 = 16;

/** Costs of written pages are sampled at 1, 2, 4 ... 64 writes a page, for each of four classes of content. */
export const COST_STEPS: u32 = 7;
export const COST_BYTES: usize = 4 * 8 * <usize>COST_STEPS;

/** Shares of writes that sliced guests keep: one for each class of pages, and one for each of the most written pages. */
export const MOST_CLASSES: u32 = 512;
export const HEAD_PAGES: u32 = 1024;

/** Bytes of one `Chance` and of one `SentGroup`. */
export const CHANCE_BYTES: usize = 24;
export const SENT_GROUP_BYTES: usize = 24;

export const COMPRESSION_OFF: u32 = 0;
export const COMPRESSION_LZ4: u32 = 1;
export const COMPRESSION_XBZRLE: u32 = 2;

export const PATTERN_IDLE: u32 = 0;
export const PATTERN_SWEEP: u32 = 1;
export const PATTERN_UNIFORM: u32 = 2;
export const PATTERN_HOT_COLD: u32 = 3;
export const PATTERN_ZIPF: u32 = 4;

/** One phase of the guest as JavaScript writes it, in the order of the fields below. */
@unmanaged
export class PhaseSpec {
  afterNs: f64;
  pattern: f64;
  writesPerSecond: f64;
  workingSetPages: f64;
  bytesPerWrite: f64;
  hotWritesPpm: f64;
  hotPagesPpm: f64;
  zipfExponentMilli: f64;
}

/** What JavaScript asks for: lies over the mailbox; the phases follow at once. Every number is a whole number. */
@unmanaged
export class VmSpec {
  byteExact: f64;
  pageCount: f64;
  seed: f64;
  textPpm: f64;
  heapPpm: f64;
  randomPpm: f64;
  compression: f64;
  cacheSlots: f64;
  traceFaultNs: f64;
  /** Slices of a round, or 0: a slice ends after this part of the round's list, and after this part of all groups at latest. */
  sliced: f64;
  phaseCount: f64;
}

/** What JavaScript reads back: lies over the mailbox too. The first thirteen are the port's counters in its order. */
@unmanaged
export class Report {
  nowNs: f64;
  sentPages: f64;
  zeroPages: f64;
  deltaPages: f64;
  unchangedPages: f64;
  compressedPages: f64;
  wireBytes: f64;
  guestWrites: f64;
  traceFaults: f64;
  guestNs: f64;
  toSendPages: f64;
  writtenPages: f64;
  cursorPage: f64;
}

/** What a comparison reports: hashes in halves of 32 bits, because a double holds no 64. */
@unmanaged
export class ComparisonReport {
  pagesCompared: f64;
  firstDifferentPage: f64;
  sourceHashHigh: f64;
  sourceHashLow: f64;
  targetHashHigh: f64;
  targetHashLow: f64;
}

/** One phase in integers. */
@unmanaged
export class Phase {
  afterNs: u64;
  writesPerSecond: u64;
  workingSetPages: u64;
  hotWritesPpm: u64;
  hotPagesPpm: u64;
  zipfExponentMilli: u64;
  pattern: u32;
  bytesPerWrite: u32;
}

/** A group that left within the slice under way: its word of the bitmap, its pages, and the guest's time when it left. */
@unmanaged
export class SentGroup {
  word: u64;
  pages: u64;
  guestNs: u64;
}

/** Everything that one VM is, except its bitmaps and bytes. Nothing else in the module remembers a VM. */
@unmanaged
export class Vm {
  /** First address behind the regions of this VM; 0 in `nextFree` ends the list of free places. */
  end: usize;
  nextFree: usize;
  // Regions.
  phases: usize;
  zipf: usize;
  stepCosts: usize;
  shares: usize;
  sentGroups: usize;
  toSend: usize;
  written: usize;
  zero: usize;
  cache: usize;
  source: usize;
  target: usize;
  // What it was created with.
  byteExact: u32;
  sliced: u32;
  compression: u32;
  phaseCount: u32;
  words: u32;
  cacheSlots: u32;
  pageCount: u64;
  textBelow: u64;
  heapBelow: u64;
  randomBelow: u64;
  traceFaultNs: u64;
  classSeed: u64;
  contentSeed: u64;
  writeSeed: u64;
  choiceSeed: u64;
  scatterFactor: u64;
  scatterFactor2: u64;
  scatterOffset: u64;
  scatterInverse: u64;
  scatterInverse2: u64;
  chanceSeed: u64;
  zeroFrom: u64;
  /** Zero pages when it was made. */
  firstZeros: u64;
  // The wire.
  nowNs: u64;
  bytesPerSecond: u64;
  groupInFlight: u32;
  cursorWord: u32;
  groupStartNs: u64;
  groupEndNs: u64;
  anchorNs: u64;
  anchorBytes: u64;
  round: u32;
  // The guest.
  phaseIndex: i32;
  speedPpm: u64;
  speedRest: u64;
  traceDebtNs: u64;
  guestNs: u64;
  choice: u64;
  phaseWrites: u64;
  workingSetStart: u64;
  workingSetPages: u64;
  hotPages: u64;
  sweepPage: u64;
  extents: u64;
  extentMask: u64;
  extentShift: u64;
  roundFirstWrite: u64;
  // Words where bits can be set: `listFull` says that the list is still the first one, with every page behind the cursor.
  listFull: u32;
  firstDirtyWord: u32;
  endDirtyWord: u32;
  // The slice of a guest whose writes are sliced.
  classCount: u32;
  sentGroupCount: u32;
  mostSentGroups: u32;
  slicePages: u64;
  sliceSentPages: u64;
  sliceStartNs: u64;
  chance: u64;
  // Counters.
  sentPages: u64;
  zeroPages: u64;
  deltaPages: u64;
  unchangedPages: u64;
  compressedPages: u64;
  wireBytes: u64;
  guestWrites: u64;
  traceFaults: u64;
  toSendPages: u64;
  writtenPages: u64;
  // Comparison under way.
  comparedPages: u64;
  differentPage: i64;
  sourceHash: u64;
  targetHash: u64;
  // Page-exact: wire bytes of a page, by class of content and by how often it was written; chosen anew for every round.
  zeroCost: u64;
  textCost: u64;
  heapCost: u64;
  randomCost: u64;
  deltaCost: u64;
}

/** Where the regions of one VM start; u64 because they may lie beyond what a memory can have. */
@unmanaged
class VmMap {
  phases: u64;
  zipf: u64;
  stepCosts: u64;
  shares: u64;
  sentGroups: u64;
  toSend: u64;
  written: u64;
  zero: u64;
  cache: u64;
  source: u64;
  target: u64;
  end: u64;
}

/** The next free address while regions are chained. */
let cursor: u64 = 0;

/** Takes `bytes` at the cursor and moves it to the next cache line. */
function take(bytes: u64): u64 {
  const start = cursor;
  cursor = (cursor + bytes + (LINE_BYTES - 1)) & ~(LINE_BYTES - 1);
  return start;
}

/** The same for what lies in every memory, near its beginning. The first one starts behind static data. */
function takeStatic(bytes: usize): usize {
  if (cursor == 0) cursor = (__heap_base + (LINE_BYTES - 1)) & ~(LINE_BYTES - 1);
  return <usize>take(bytes);
}

/** Numbers in both directions: the spec of a VM in, a report out. 256 doubles. */
export const MAILBOX: usize = takeStatic(2048);
/** Two heat maps of u32, `toSend` and `written`. */
export const BUCKET_COUNTS: usize = takeStatic(<usize>BUCKETS * 8);
/** What one group puts on the wire. */
export const WIRE: usize = takeStatic(<usize>GROUP_PAGES * MOST_WIRE_BYTES_PER_PAGE + SLACK_BYTES);
/** Where a compressed page is decoded before it goes to the target's memory, because decoders write beyond their end. */
export const ARRIVAL: usize = takeStatic(PAGE_BYTES + SLACK_BYTES);
/** Two pages and an encoding, for costs found by sampling. */
export const SAMPLE_OLD: usize = takeStatic(PAGE_BYTES + SLACK_BYTES);
export const SAMPLE_NEW: usize = takeStatic(PAGE_BYTES + SLACK_BYTES);
export const SAMPLE_OUT: usize = takeStatic(PAGE_BYTES + SLACK_BYTES);
export const LZ4_TABLE: usize = takeStatic(LZ4_TABLE_BYTES);
/** The words of the text sample: address and length of each, u32 each. */
export const WORD_INDEX: usize = takeStatic(4096);
export const TEXT: usize = takeStatic(TEXT_BYTES + PAGE_BYTES + SLACK_BYTES);
/** What one slice's writes are to each class of pages; made anew for every slice. */
export const CHANCES: usize = takeStatic(<usize>MOST_CLASSES * CHANCE_BYTES);
const MAP: usize = takeStatic(offsetof<VmMap>());

/** Where the first VM starts. */
const VMS_BASE: u64 = cursor;

/** Where a VM starts that fits no free place, and how many live. The memory of all is free again when the last is released. */
let nextVm: u64 = VMS_BASE;
let liveVms: u32 = 0;
/** First of the places of released VMs, each told by its `end` and `nextFree`. */
let freeVms: usize = 0;

/** Most groups of one slice. */
export function mostSentGroups(pages: u64, slices: u64): u64 {
  return slices == 0 ? 0 : (pages >> 6) / slices + 1;
}

/** Chains the regions of the VM in the mailbox from `base` on. */
function mapVm(base: u64): VmMap {
  const map = changetype<VmMap>(MAP);
  const spec = changetype<VmSpec>(MAILBOX);
  const isByteExact = spec.byteExact != 0;
  const pages = <u64>spec.pageCount;
  const bitmapBytes = ((pages + 63) >> 6) << 3;
  const isSliced = spec.sliced != 0;
  const hasCache = <u32>spec.compression == COMPRESSION_XBZRLE;
  cursor = base;
  take(offsetof<Vm>());
  map.phases = take(<u64>MOST_PHASES * offsetof<Phase>());
  map.zipf = take((<u64>ZIPF_CELLS + 1) << 3);
  map.stepCosts = take(COST_BYTES);
  map.shares = take(isSliced ? (<u64>MOST_CLASSES + HEAD_PAGES) << 3 : 0);
  map.sentGroups = take(mostSentGroups(pages, <u64>spec.sliced) * SENT_GROUP_BYTES);
  map.toSend = take(bitmapBytes);
  map.written = take(bitmapBytes);
  map.zero = take(bitmapBytes);
  map.cache = take(hasCache ? cacheBytes(<u32>spec.cacheSlots, u32(isByteExact)) : 0);
  map.source = take(isByteExact ? pages * PAGE_BYTES + SLACK_BYTES : 0);
  map.target = take(isByteExact ? pages * PAGE_BYTES + SLACK_BYTES : 0);
  map.end = cursor;
  return map;
}

/** Bytes of memory for the static regions and the one VM whose spec is in the mailbox. */
export function bytesForVm(): u64 {
  return mapVm(VMS_BASE).end;
}

/** THE one place where memory grows: makes addresses below `end` usable, or returns false. */
function growTo(end: u64): bool {
  if (end > MOST_BYTES) return false;
  const have = <u64>memory.size() * GROWTH_BYTES;
  if (end <= have) return true;
  return memory.grow(<i32>((end - have + GROWTH_BYTES - 1) / GROWTH_BYTES)) >= 0;
}

/** Takes the first free place of this very size off the list, where there is one; else the memory behind the last VM. */
function takePlace(bytes: u64): u64 {
  let before: usize = 0;
  for (let at = freeVms; at != 0; at = changetype<Vm>(at).nextFree) {
    const free = changetype<Vm>(at);
    if (<u64>(free.end - at) == bytes) {
      if (before == 0) freeVms = free.nextFree;
      else changetype<Vm>(before).nextFree = free.nextFree;
      return <u64>at;
    }
    before = at;
  }
  return nextVm;
}

/** Gives the VM in the mailbox its regions; its memory may hold anything. Null when the memory can not grow so far. */
export function placeVm(): Vm | null {
  const base = takePlace(mapVm(nextVm).end - nextVm);
  const map = mapVm(base);
  if (!growTo(map.end)) return null;
  nextVm = max(nextVm, map.end);
  ++liveVms;
  memory.fill(<usize>base, 0, offsetof<Vm>());
  const vm = changetype<Vm>(<usize>base);
  vm.end = <usize>map.end;
  vm.phases = <usize>map.phases;
  vm.zipf = <usize>map.zipf;
  vm.stepCosts = <usize>map.stepCosts;
  vm.shares = <usize>map.shares;
  vm.sentGroups = <usize>map.sentGroups;
  vm.toSend = <usize>map.toSend;
  vm.written = <usize>map.written;
  vm.zero = <usize>map.zero;
  vm.cache = <usize>map.cache;
  vm.source = <usize>map.source;
  vm.target = <usize>map.target;
  return vm;
}

/** Gives the regions of one VM back; memory that has been touched once stays, because touching it again is cheap. */
export function forgetVm(vm: Vm): void {
  assert(liveVms > 0);
  const at = changetype<usize>(vm);
  vm.nextFree = freeVms;
  freeVms = at;
  if (--liveVms > 0) return;
  nextVm = VMS_BASE;
  freeVms = 0;
}
