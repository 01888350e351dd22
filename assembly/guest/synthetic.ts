// The synthetic guest: it runs at group boundaries, for the time the group was on the wire, and executes its writes one by
// one, or for large VMs a slice of the round at once. Which pages it writes depends on its guest time and its seed alone, never on how the time was cut into calls.
import {
  COST_BYTES,
  GROUP_PAGES,
  PATTERN_IDLE,
  PATTERN_SWEEP,
  PATTERN_UNIFORM,
  PATTERN_ZIPF,
  Phase,
  Vm,
} from '../layout';
import { PAGE_BYTES } from '../page';
import { drawBelow, prngNext, prngOutput } from '../prng';
import { EXTENT_SHIFT, classOfExtent, writeInto } from './content';
import { SCATTER_SHIFT, scatter } from './scatter';
import { makeShares } from './shares';
import { beginSlice, drawSlice, sweepWords, wasWaiting } from './sliced';
import { zipfRank, zipfTable } from './zipf';

const NS_PER_SECOND: u64 = 1000000000;
const PPM: u64 = 1000000;

/** Writes for each word of the working set from which on it is cheaper to look at every word than to make every write. */
const WRITES_PER_WORD: f64 = 0.25;

/** Phase number `index`. */
// @ts-ignore: decorator
@inline
export function phaseAt(vm: Vm, index: i32): Phase {
  return changetype<Phase>(vm.phases + <usize>index * offsetof<Phase>());
}

/** Costs found by sampling hold for the writes of one phase. */
// @ts-ignore: decorator
@inline
function forgetCosts(vm: Vm): void {
  memory.fill(vm.stepCosts, 0, COST_BYTES);
}

/** Where a working set of so many pages begins: at a third of the memory that is left over. */
export function workingSetStart(vm: Vm, pages: u64): u64 {
  return ((vm.pageCount - pages) / 3) & ~(GROUP_PAGES - 1);
}

/** Begins phase number `index`: places its working set and makes what its pattern needs. */
function enterPhase(vm: Vm, index: i32): void {
  const phase = phaseAt(vm, index);
  const pages = min(phase.workingSetPages, vm.pageCount);
  vm.phaseIndex = index;
  vm.phaseWrites = 0;
  vm.sweepPage = 0;
  vm.workingSetPages = pages;
  vm.workingSetStart = workingSetStart(vm, pages);
  vm.hotPages = max<u64>(1, (pages / PPM) * phase.hotPagesPpm + ((pages % PPM) * phase.hotPagesPpm) / PPM);
  vm.extents = pages >> SCATTER_SHIFT;
  const bits: u64 = vm.extents > 1 ? 64 - clz<u64>(vm.extents - 1) : 0;
  vm.extentMask = ((1 as u64) << bits) - 1;
  vm.extentShift = (bits + 1) >> 1;
  forgetCosts(vm);
  if (phase.pattern == PATTERN_ZIPF) zipfTable(vm.zipf, pages, phase.zipfExponentMilli);
  if (vm.sliced != 0) vm.classCount = makeShares(vm, phase);
}

/**
 * What a write does to the bitmaps; true when it was the first to a traced page. A page that waits to be sent costs nothing,
 * because it will be sent as it is then.
 */
// @ts-ignore: decorator
@inline
function touch(vm: Vm, page: u64): bool {
  const at = (<usize>(page >> 6)) << 3;
  const bit = (1 as u64) << (page & 63);
  const zeros = load<u64>(vm.zero + at);
  if ((zeros & bit) != 0) store<u64>(vm.zero + at, zeros & ~bit);
  if ((load<u64>(vm.toSend + at) & bit) != 0) return false;
  const bits = load<u64>(vm.written + at);
  if ((bits & bit) != 0) return false;
  store<u64>(vm.written + at, bits | bit);
  return true;
}

/** Counts writes and the trace faults among them; the guest pays for those before it runs on. */
function accountFor(vm: Vm, count: u64, faults: u64): void {
  vm.phaseWrites += count;
  vm.guestWrites += count;
  vm.writtenPages += faults;
  vm.traceFaults += faults;
  vm.traceDebtNs += faults * vm.traceFaultNs;
}

/** Executes the next `count` writes of the phase, which are due until `untilNs`, one by one. */
function executeWrites(vm: Vm, phase: Phase, count: u64, untilNs: u64): void {
  const pattern = phase.pattern;
  const pages = vm.workingSetPages;
  const start = vm.workingSetStart;
  const hotPages = vm.hotPages;
  const hotWrites = hotPages < pages ? phase.hotWritesPpm : PPM;
  const first = vm.guestWrites;
  const isSliced = vm.sliced != 0;
  let choice = vm.choice;
  let sweepPage = vm.sweepPage;
  let faults: u64 = 0;
  for (let index: u64 = 0; index < count; ++index) {
    let page: u64 = start;
    if (pattern == PATTERN_SWEEP) {
      page += sweepPage;
      if (++sweepPage == pages) sweepPage = 0;
    } else {
      choice = prngNext(choice);
      const random = prngOutput(choice);
      if (pattern == PATTERN_UNIFORM) {
        page += drawBelow(random, pages);
      } else if (pattern == PATTERN_ZIPF) {
        page += scatter(vm, zipfRank(vm.zipf, random, pages));
      } else {
        const isHot = drawBelow(random, PPM) < hotWrites;
        choice = prngNext(choice);
        const place = drawBelow(prngOutput(choice), isHot ? hotPages : pages - hotPages);
        page += scatter(vm, isHot ? place : hotPages + place);
      }
    }
    if (!isSliced || !wasWaiting(vm, page, index, count, untilNs)) faults += <u64>touch(vm, page);
    if (vm.byteExact != 0) {
      const at = vm.source + <usize>page * PAGE_BYTES;
      writeInto(vm, at, classOfExtent(vm, page >> EXTENT_SHIFT), first + index, phase.bytesPerWrite);
    }
  }
  vm.choice = choice;
  vm.sweepPage = sweepPage;
  accountFor(vm, count, faults);
}

/** Executes the next `count` writes of the phase, which are due until `untilNs`, in the way that costs least. */
function executeSlice(vm: Vm, phase: Phase, count: u64, untilNs: u64): void {
  const words = <f64>(vm.workingSetPages >> 6);
  if (phase.pattern == PATTERN_SWEEP) accountFor(vm, count, sweepWords(vm, count));
  else if (<f64>count < words * WRITES_PER_WORD) executeWrites(vm, phase, count, untilNs);
  else accountFor(vm, count, drawSlice(vm, phase, count, untilNs));
}

/** Writes of the current phase that are due at guest time `untilNs` and not executed: floor(rate * time in the phase) in all. */
export function writesDue(vm: Vm, untilNs: u64): u64 {
  if (vm.phaseIndex < 0) return 0;
  const phase = phaseAt(vm, vm.phaseIndex);
  if (phase.pattern == PATTERN_IDLE) return 0;
  const ns = untilNs - phase.afterNs;
  const rate = phase.writesPerSecond;
  const due = (ns / NS_PER_SECOND) * rate + ((ns % NS_PER_SECOND) * rate) / NS_PER_SECOND;
  return due > vm.phaseWrites ? due - vm.phaseWrites : 0;
}

/** Executes what is due in the current phase until guest time `untilNs`. */
function runPhase(vm: Vm, untilNs: u64): void {
  const count = writesDue(vm, untilNs);
  if (count == 0) return;
  if (vm.sliced != 0) executeSlice(vm, phaseAt(vm, vm.phaseIndex), count, untilNs);
  else executeWrites(vm, phaseAt(vm, vm.phaseIndex), count, untilNs);
}

/** Ends the slice under way at guest time `untilNs`: its writes are executed, and the next one begins. */
function cutSlice(vm: Vm, untilNs: u64): void {
  runPhase(vm, untilNs);
  beginSlice(vm, untilNs);
}

/** Ends the slice under way now. */
export function endSlice(vm: Vm): void {
  cutSlice(vm, vm.guestNs);
}

/** Puts the guest at its beginning: no time has passed for it and no write was made. */
export function resetGuest(vm: Vm): void {
  vm.phaseIndex = -1;
  vm.speedPpm = PPM;
  vm.speedRest = 0;
  vm.traceDebtNs = 0;
  vm.guestNs = 0;
  vm.guestWrites = 0;
  vm.choice = vm.choiceSeed;
  vm.chance = vm.chanceSeed;
  vm.workingSetStart = 0;
  vm.workingSetPages = 0;
  forgetCosts(vm);
}

/** Do the writes of the current phase wait for the end of their slice? */
// @ts-ignore: decorator
@inline
function isSliced(vm: Vm): bool {
  return vm.sliced != 0 && phaseAt(vm, max(vm.phaseIndex, 0)).pattern != PATTERN_SWEEP;
}

/** At full speed in its last phase, and with writes that wait for the end of their slice: time only adds up. */
export function runsEvenly(vm: Vm): bool {
  return vm.speedPpm == PPM && vm.phaseIndex + 1 == <i32>vm.phaseCount && isSliced(vm);
}

/**
 * Lets `elapsedNs` pass for the guest. First it pays what its trace faults cost, then its speed scales the rest; what does
 * not make a whole nanosecond is kept. Whole millions are split off so that no product leaves 64 bits. Sliced writes wait for the
 * end of their slice.
 */
export function runGuest(vm: Vm, elapsedNs: u64): void {
  const paid = min(elapsedNs, vm.traceDebtNs);
  vm.traceDebtNs -= paid;
  const ran = elapsedNs - paid;
  // At full speed a rest stays what it is: less than a nanosecond.
  if (vm.speedPpm == PPM) vm.guestNs += ran;
  else {
    const parts = (ran % PPM) * vm.speedPpm + vm.speedRest;
    vm.guestNs += (ran / PPM) * vm.speedPpm + parts / PPM;
    vm.speedRest = parts % PPM;
  }
  while (vm.phaseIndex + 1 < <i32>vm.phaseCount) {
    const nextNs = phaseAt(vm, vm.phaseIndex + 1).afterNs;
    if (vm.guestNs < nextNs) break;
    if (vm.sliced != 0) cutSlice(vm, nextNs);
    else runPhase(vm, nextNs);
    enterPhase(vm, vm.phaseIndex + 1);
  }
  if (!isSliced(vm)) runPhase(vm, vm.guestNs);
}
