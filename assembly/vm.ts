// The calls of the adapter in JavaScript. Numbers cross as doubles holding whole numbers, a VM as its address; what is more
// than one number goes through the mailbox. Nothing here decides anything: it translates.
import { fillMemory, firstZeroDraw, markZeroPages } from './guest/content';
import { inverseOf } from './guest/scatter';
import { phaseAt, writesDue } from './guest/synthetic';
import { makeText } from './guest/text';
import { hashFinish, hashFold, hashStart, pageHash } from './hash';
import { heatOfList, heatOfWritten } from './heat';
import {
  BUCKETS,
  BUCKET_COUNTS,
  ComparisonReport,
  MAILBOX,
  PhaseSpec,
  Report,
  Vm,
  VmSpec,
  bytesForVm,
  forgetVm,
  mostSentGroups,
  placeVm,
} from './layout';
import { PAGE_BYTES, pageEquals } from './page';
import { NEVER, advance, beginTracking, nextRound, setRate, soonest } from './precopy';
import { prngSeed } from './prng';

/** Streams of a VM's seed. */
const STREAM_CHOICE: u64 = 0;
const STREAM_CLASS: u64 = 1;
const STREAM_CONTENT: u64 = 2;
const STREAM_WRITE: u64 = 3;
const STREAM_SCATTER: u64 = 4;
const STREAM_CHANCE: u64 = 7;

/** Address of 256 doubles: the spec of a VM before `vmCreate`, a report after `vmCounters` and `vmCompare`. */
export function planeMailbox(): usize {
  return MAILBOX;
}

/** Address of 2 * 4096 u32 that `vmBuckets` fills. */
export function planeBuckets(): usize {
  return BUCKET_COUNTS;
}

/** Bytes of memory that the VM in the mailbox needs, all static regions included. */
export function vmBytesNeeded(): f64 {
  return <f64>bytesForVm();
}

/** Copies the phases behind the spec into the VM. */
function readPhases(vm: Vm, count: u32): void {
  vm.phaseCount = count;
  for (let index: u32 = 0; index < count; ++index) {
    const from = changetype<PhaseSpec>(MAILBOX + offsetof<VmSpec>() + <usize>index * offsetof<PhaseSpec>());
    const to = phaseAt(vm, index);
    to.afterNs = <u64>from.afterNs;
    to.pattern = <u32>from.pattern;
    to.writesPerSecond = <u64>from.writesPerSecond;
    to.workingSetPages = <u64>from.workingSetPages;
    to.bytesPerWrite = <u32>from.bytesPerWrite;
    to.hotWritesPpm = <u64>from.hotWritesPpm;
    to.hotPagesPpm = <u64>from.hotPagesPpm;
    to.zipfExponentMilli = <u64>from.zipfExponentMilli;
  }
}

/** Copies the spec into the VM and gives each of its uses of chance a stream of its own. */
function readSpec(vm: Vm, spec: VmSpec): void {
  const seed = <u64>spec.seed;
  vm.byteExact = u32(spec.byteExact != 0);
  vm.pageCount = <u64>spec.pageCount;
  vm.words = <u32>((vm.pageCount + 63) >> 6);
  vm.sliced = <u32>spec.sliced;
  vm.compression = <u32>spec.compression;
  vm.cacheSlots = <u32>spec.cacheSlots;
  vm.traceFaultNs = <u64>spec.traceFaultNs;
  vm.textBelow = <u64>spec.textPpm;
  vm.heapBelow = vm.textBelow + <u64>spec.heapPpm;
  vm.randomBelow = vm.heapBelow + <u64>spec.randomPpm;
  vm.choiceSeed = prngSeed(seed, STREAM_CHOICE);
  vm.classSeed = prngSeed(seed, STREAM_CLASS);
  vm.contentSeed = prngSeed(seed, STREAM_CONTENT);
  vm.writeSeed = prngSeed(seed, STREAM_WRITE);
  vm.scatterFactor = prngSeed(seed, STREAM_SCATTER) | 1;
  vm.scatterFactor2 = prngSeed(seed, STREAM_SCATTER + 1) | 1;
  vm.scatterOffset = prngSeed(seed, STREAM_SCATTER + 2);
  vm.scatterInverse = inverseOf(vm.scatterFactor);
  vm.scatterInverse2 = inverseOf(vm.scatterFactor2);
  vm.chanceSeed = prngSeed(seed, STREAM_CHANCE);
  vm.mostSentGroups = <u32>mostSentGroups(vm.pageCount, vm.sliced);
  vm.zeroFrom = firstZeroDraw(vm.randomBelow);
  readPhases(vm, <u32>spec.phaseCount);
}

/** Makes the VM in the mailbox; 0 when this machine does not give the bytes. Its memory is made by `vmPrepare`. */
export function vmCreate(): usize {
  const vm = placeVm();
  if (vm === null) return 0;
  readSpec(vm, changetype<VmSpec>(MAILBOX));
  makeText();
  return changetype<usize>(vm);
}

/** Makes `pages` pages of memory from `fromPage` on: both whole groups of 64, or to the end. */
export function vmPrepare(at: usize, fromPage: f64, pages: f64): void {
  const vm = changetype<Vm>(at);
  const from = <u64>fromPage;
  const to = min(from + <u64>pages, vm.pageCount);
  markZeroPages(vm, <u32>(from >> 6), <u32>((to + 63) >> 6));
  if (vm.byteExact != 0) fillMemory(vm, from, to);
}

/** Gives the VM's memory back. */
export function vmRelease(vm: usize): void {
  forgetVm(changetype<Vm>(vm));
}

/** When the list is through at the earliest; -1 for never. */
export function vmSoonest(vm: usize): f64 {
  const soonestNs = soonest(changetype<Vm>(vm));
  return soonestNs == NEVER ? -1 : <f64>soonestNs;
}

export function vmBeginTracking(vm: usize, atNs: f64, bytesPerSecond: f64): void {
  beginTracking(changetype<Vm>(vm), <u64>atNs, <u64>bytesPerSecond);
}

export function vmSetRate(vm: usize, atNs: f64, bytesPerSecond: f64): void {
  setRate(changetype<Vm>(vm), <u64>atNs, <u64>bytesPerSecond);
}

export function vmSetGuestSpeed(vm: usize, speedPpm: f64): void {
  changetype<Vm>(vm).speedPpm = <u64>speedPpm;
}

export function vmNextRound(vm: usize): f64 {
  return <f64>nextRound(changetype<Vm>(vm));
}

/** 0: `untilNs` is reached; 1: the round is over; 2: the budget is used up. */
export function vmAdvance(vm: usize, untilNs: f64, pageBudget: f64): i32 {
  return advance(changetype<Vm>(vm), <u64>untilNs, <i64>pageBudget);
}

/** Writes the counters to the mailbox. */
export function vmCounters(at: usize): void {
  const vm = changetype<Vm>(at);
  const report = changetype<Report>(MAILBOX);
  report.nowNs = <f64>vm.nowNs;
  report.sentPages = <f64>vm.sentPages;
  report.zeroPages = <f64>vm.zeroPages;
  report.deltaPages = <f64>vm.deltaPages;
  report.unchangedPages = <f64>vm.unchangedPages;
  report.compressedPages = <f64>vm.compressedPages;
  report.wireBytes = <f64>vm.wireBytes;
  report.guestWrites = <f64>(vm.guestWrites + writesDue(vm, vm.guestNs));
  report.traceFaults = <f64>vm.traceFaults;
  report.guestNs = <f64>vm.guestNs;
  report.toSendPages = <f64>vm.toSendPages;
  report.writtenPages = <f64>vm.writtenPages;
  report.cursorPage = <f64>min<u64>((<u64>vm.cursorWord) << 6, vm.pageCount);
}

/** Fills both heat maps. */
export function vmBuckets(at: usize): void {
  const vm = changetype<Vm>(at);
  heatOfList(vm, BUCKET_COUNTS);
  heatOfWritten(vm, BUCKET_COUNTS + ((<usize>BUCKETS) << 2));
}

/** Compares and hashes `pages` pages from `fromPage` on, which must be where the last call ended; 0 starts anew. */
export function vmCompare(at: usize, fromPage: f64, pages: f64): void {
  const vm = changetype<Vm>(at);
  const from = <u64>fromPage;
  const end = min(from + <u64>pages, vm.pageCount);
  if (from == 0) {
    vm.differentPage = -1;
    vm.sourceHash = hashStart(0);
    vm.targetHash = hashStart(0);
  }
  for (let page = from; page < end; ++page) {
    const source = vm.source + <usize>page * PAGE_BYTES;
    const target = vm.target + <usize>page * PAGE_BYTES;
    if (vm.differentPage < 0 && !pageEquals(source, target)) vm.differentPage = <i64>page;
    vm.sourceHash = hashFold(vm.sourceHash, pageHash(source));
    vm.targetHash = hashFold(vm.targetHash, pageHash(target));
  }
  const sourceHash = hashFinish(vm.sourceHash, end);
  const targetHash = hashFinish(vm.targetHash, end);
  const report = changetype<ComparisonReport>(MAILBOX);
  report.pagesCompared = <f64>end;
  report.firstDifferentPage = <f64>vm.differentPage;
  report.sourceHashHigh = <f64>(sourceHash >> 32);
  report.sourceHashLow = <f64>(sourceHash & 0xffffffff);
  report.targetHashHigh = <f64>(targetHash >> 32);
  report.targetHashLow = <f64>(targetHash & 0xffffffff);
}

/** Where a VM's regions are, for tests that look at bits and bytes: 0 toSend, 1 written, 2 zero, 3 source, 4 target. */
export function vmRegion(at: usize, which: i32): usize {
  const vm = changetype<Vm>(at);
  if (which == 0) return vm.toSend;
  if (which == 1) return vm.written;
  if (which == 2) return vm.zero;
  return which == 3 ? vm.source : vm.target;
}
