// The pre-copy loop: advance one VM's data plane to a virtual time, to the end of its round or by a page budget. Pages leave in
// groups, one bitmap word each; the guest runs at group boundaries alone. That is why no result depends on how the time
// is cut into calls: a call only says how many groups may begin (those before `untilNs`) and end (those until `untilNs`).
import { bitmapNextWord } from './bitmap';
import { costPages, firstCosts, leastCost, nextCosts } from './cost';
import { beginSlices, noteSent, sliceIsOver } from './guest/sliced';
import { endSlice, phaseAt, resetGuest, runGuest, runsEvenly, workingSetStart } from './guest/synthetic';
import { COMPRESSION_OFF, COMPRESSION_XBZRLE, GROUP_PAGES, Vm } from './layout';
import { WHOLE_WIRE_BYTES, ZERO_WIRE_BYTES, sendPages } from './wire';
import { cacheInit } from './xbzrle';

const NS_PER_SECOND: u64 = 1000000000;

/** The end of a group on a wire that carries nothing. */
export const NEVER: u64 = u64.MAX_VALUE;

export const STOP_TIME: i32 = 0;
export const STOP_ROUND: i32 = 1;
export const STOP_BUDGET: i32 = 2;

/**
 * How long a whole group takes by the number of its pages that are not zero, at one rate and without compression: a few dozen numbers for
 * millions of groups, each of which would cost a division. 0: not asked for yet.
 */
const durations = memory.data(65 * 8, 8);
let durationsRate: u64 = 0;

function useRate(rate: u64): void {
  if (rate == durationsRate) return;
  memory.fill(durations, 0, 65 * 8);
  durationsRate = rate;
}

/** End of a group of 64 pages that begins now, `others` of them not zero and sent whole. */
// @ts-ignore: decorator
@inline
function wholeGroupEnd(vm: Vm, others: u64): u64 {
  const at = durations + ((<usize>others) << 3);
  let duration = load<u64>(at);
  if (duration == 0) {
    duration = (vm.anchorBytes * NS_PER_SECOND + vm.bytesPerSecond - 1) / vm.bytesPerSecond;
    store<u64>(at, duration);
  }
  return vm.anchorNs + duration;
}

/** When the wire has carried what is left of the group: its last anchor plus ceil(bytes / rate). A group is far below 2^34 bytes. */
// @ts-ignore: decorator
@inline
function groupEnd(vm: Vm): u64 {
  const rate = vm.bytesPerSecond;
  if (vm.anchorBytes == 0) return vm.anchorNs;
  if (rate == 0) return NEVER;
  return vm.anchorNs + (vm.anchorBytes * NS_PER_SECOND + rate - 1) / rate;
}

/** Zero pages of a whole group take less than one page that is not, so its bytes tell how many of these there are. */
// @ts-ignore: decorator
@inline
function isPlain(vm: Vm, pages: u64): bool {
  return pages == GROUP_PAGES && vm.compression == COMPRESSION_OFF && vm.bytesPerSecond != 0;
}

/** Takes the next group off the list and puts it on the wire at the present time; returns its pages. */
function beginGroup(vm: Vm): u64 {
  const word = vm.cursorWord;
  const at = vm.toSend + ((<usize>word) << 3);
  const bits = load<u64>(at);
  const pages = popcnt<u64>(bits);
  store<u64>(at, 0);
  vm.cursorWord = word + 1;
  const bytes = vm.byteExact != 0 ? sendPages(vm, word, bits) : costPages(vm, word, bits);
  if (vm.sliced != 0) noteSent(vm, word, bits);
  vm.toSendPages -= pages;
  vm.sentPages += pages;
  vm.wireBytes += bytes;
  vm.groupStartNs = vm.nowNs;
  vm.anchorNs = vm.nowNs;
  vm.anchorBytes = bytes;
  vm.groupEndNs = isPlain(vm, pages) ? wholeGroupEnd(vm, bytes / WHOLE_WIRE_BYTES) : groupEnd(vm);
  vm.groupInFlight = 1;
  return pages;
}

/** The group has arrived: time passes for the guest, and it writes. */
// @ts-ignore: decorator
@inline
function endGroup(vm: Vm): void {
  vm.groupInFlight = 0;
  vm.nowNs = vm.groupEndNs;
  runGuest(vm, vm.groupEndNs - vm.groupStartNs);
  if (vm.sliced != 0 && sliceIsOver(vm)) endSlice(vm);
}

/** Nothing about a group of this VM depends on the one before: no content, no compression, writes by the slice, a guest that just runs. */
function isEven(vm: Vm): bool {
  return (
    vm.sliced != 0 &&
    vm.byteExact == 0 &&
    vm.compression == COMPRESSION_OFF &&
    vm.bytesPerSecond != 0 &&
    vm.groupInFlight == 0 &&
    vm.traceDebtNs == 0 &&
    runsEvenly(vm)
  );
}

/**
 * What `advance` does for such a VM, group by group, to the end of the slice or before a group that would end after `untilNs`. Returns
 * the pages sent. Only faster: counters stay in registers and the guest's time is a sum.
 */
function advanceEvenly(vm: Vm, untilNs: u64, pageBudget: i64): i64 {
  const rate = vm.bytesPerSecond;
  let pages: i64 = 0;
  while (vm.toSendPages != 0 && pages < pageBudget && vm.nowNs < untilNs) {
    const word = bitmapNextWord(vm.toSend, vm.cursorWord, vm.words);
    const at = (<usize>word) << 3;
    const bits = load<u64>(vm.toSend + at);
    const count = popcnt<u64>(bits);
    const zeros = popcnt<u64>(bits & load<u64>(vm.zero + at));
    const bytes = zeros * ZERO_WIRE_BYTES + (count - zeros) * WHOLE_WIRE_BYTES;
    vm.anchorNs = vm.nowNs;
    vm.anchorBytes = bytes;
    const endNs =
      count == GROUP_PAGES
        ? wholeGroupEnd(vm, count - zeros)
        : vm.nowNs + (bytes * NS_PER_SECOND + rate - 1) / rate;
    vm.cursorWord = word;
    if (endNs > untilNs) return pages;
    store<u64>(vm.toSend + at, 0);
    vm.cursorWord = word + 1;
    noteSent(vm, word, bits);
    vm.zeroPages += zeros;
    vm.wireBytes += bytes;
    vm.toSendPages -= count;
    vm.sentPages += count;
    vm.guestNs += endNs - vm.nowNs;
    vm.nowNs = endNs;
    pages += <i64>count;
    if (!sliceIsOver(vm)) continue;
    endSlice(vm);
    return pages;
  }
  return pages;
}

/** Advances until `untilNs`, the end of the round, or until `pageBudget` pages have begun; says which it was. */
export function advance(vm: Vm, untilNs: u64, pageBudget: i64): i32 {
  useRate(vm.bytesPerSecond);
  while (true) {
    if (vm.groupInFlight != 0) {
      if (vm.groupEndNs > untilNs) return STOP_TIME;
      endGroup(vm);
    }
    if (vm.toSendPages == 0) {
      vm.cursorWord = vm.words;
      return STOP_ROUND;
    }
    if (vm.nowNs >= untilNs) return STOP_TIME;
    if (pageBudget <= 0) return STOP_BUDGET;
    vm.cursorWord = bitmapNextWord(vm.toSend, vm.cursorWord, vm.words);
    if (isEven(vm)) {
      const pages = advanceEvenly(vm, untilNs, pageBudget);
      pageBudget -= pages;
      if (pages != 0) continue;
    }
    pageBudget -= <i64>beginGroup(vm);
  }
}

/** Which words of the bitmaps guests can write: those from the first to the last working set. */
function noteWorkingSets(vm: Vm): void {
  vm.listFull = 1;
  vm.firstDirtyWord = vm.words;
  vm.endDirtyWord = 0;
  for (let index: u32 = 0; index < vm.phaseCount; ++index) {
    const pages = min(phaseAt(vm, index).workingSetPages, vm.pageCount);
    const start = workingSetStart(vm, pages);
    vm.firstDirtyWord = min(vm.firstDirtyWord, <u32>(start >> 6));
    vm.endDirtyWord = max(vm.endDirtyWord, <u32>((start + pages + (GROUP_PAGES - 1)) >> 6));
  }
}

/** Sets all traces: every page is on the list of round 0, nothing is counted yet and the guest runs at full speed. */
export function beginTracking(vm: Vm, atNs: u64, bytesPerSecond: u64): void {
  const bytes = (<usize>vm.words) << 3;
  memory.fill(vm.toSend, 0xff, bytes);
  memory.fill(vm.written, 0, bytes);
  const rest = vm.pageCount & (GROUP_PAGES - 1);
  if (rest != 0) store<u64>(vm.toSend + bytes - 8, ((1 as u64) << rest) - 1);
  vm.nowNs = atNs;
  vm.bytesPerSecond = bytesPerSecond;
  vm.groupInFlight = 0;
  vm.cursorWord = 0;
  vm.round = 0;
  vm.roundFirstWrite = 0;
  vm.sentPages = 0;
  vm.zeroPages = 0;
  vm.deltaPages = 0;
  vm.unchangedPages = 0;
  vm.compressedPages = 0;
  vm.wireBytes = 0;
  vm.traceFaults = 0;
  vm.toSendPages = vm.pageCount;
  vm.writtenPages = 0;
  if (vm.compression == COMPRESSION_XBZRLE) cacheInit(vm.cache, vm.cacheSlots, vm.byteExact);
  resetGuest(vm);
  noteWorkingSets(vm);
  if (vm.sliced != 0) beginSlices(vm);
  if (vm.byteExact == 0) firstCosts(vm);
}

/**
 * From `atNs` on the wire has another rate. A group in flight keeps the whole bytes it has sent; with nothing in flight the wire
 * was idle until then and the guest ran. The same rate again changes nothing, not even by rounding.
 */
export function setRate(vm: Vm, atNs: u64, bytesPerSecond: u64): void {
  if (vm.groupInFlight == 0) {
    vm.bytesPerSecond = bytesPerSecond;
    if (atNs <= vm.nowNs) return;
    const idleNs = atNs - vm.nowNs;
    vm.nowNs = atNs;
    runGuest(vm, idleNs);
    if (vm.sliced != 0) endSlice(vm);
    return;
  }
  if (bytesPerSecond == vm.bytesPerSecond || atNs >= vm.groupEndNs) {
    vm.bytesPerSecond = bytesPerSecond;
    return;
  }
  // Before the end of the group less than its bytes have passed, so the product is below 2^64; with rate 0 none have.
  const at = max(atNs, vm.anchorNs);
  const sent = vm.bytesPerSecond == 0 ? 0 : ((at - vm.anchorNs) * vm.bytesPerSecond) / NS_PER_SECOND;
  vm.anchorNs = at;
  vm.anchorBytes -= min(sent, vm.anchorBytes);
  vm.bytesPerSecond = bytesPerSecond;
  vm.groupEndNs = groupEnd(vm);
}

/** Puts the written pages on the list and the sweep at page 0; returns how many pages are on the list. */
export function nextRound(vm: Vm): u64 {
  if (vm.sliced != 0) endSlice(vm);
  if (vm.toSendPages == 0) {
    const list = vm.written;
    vm.written = vm.toSend;
    vm.toSend = list;
  } else {
    const bytes = (<usize>vm.words) << 3;
    for (let at: usize = 0; at < bytes; at += 8) {
      store<u64>(vm.toSend + at, load<u64>(vm.toSend + at) | load<u64>(vm.written + at));
    }
    memory.fill(vm.written, 0, bytes);
    vm.firstDirtyWord = 0;
    vm.endDirtyWord = vm.words;
  }
  vm.listFull = 0;
  vm.toSendPages += vm.writtenPages;
  vm.writtenPages = 0;
  vm.cursorWord = 0;
  ++vm.round;
  if (vm.byteExact == 0) nextCosts(vm, vm.guestWrites - vm.roundFirstWrite);
  vm.roundFirstWrite = vm.guestWrites;
  if (vm.sliced != 0) beginSlices(vm);
  return vm.toSendPages;
}

/** Words of the list that are counted to know its zero pages for sure: some ten microseconds. */
const COUNTED_WORDS: u32 = 16384;

/** Zero pages on the list at or behind the cursor. */
function zerosOnList(vm: Vm): u64 {
  const end = (<usize>vm.words) << 3;
  let zeros: u64 = 0;
  for (let at = (<usize>vm.cursorWord) << 3; at < end; at += 8) {
    zeros += popcnt<u64>(load<u64>(vm.toSend + at) & load<u64>(vm.zero + at));
  }
  return zeros;
}

/**
 * No more pages on the list are zero: only the first list has any, a written page is zero no more, and some have left. A long list is not
 * counted; without the count of a short one its bound would hardly move towards its end while the guest writes to zero pages.
 */
function mostZerosOnList(vm: Vm): u64 {
  if (vm.round != 0) return 0;
  if (vm.byteExact == 0 && vm.words - vm.cursorWord <= COUNTED_WORDS) return zerosOnList(vm);
  return min(vm.toSendPages, vm.firstZeros - min(vm.firstZeros, vm.zeroPages));
}

/** No earlier than this is the list through if the rate stays: the group in flight ends, and what waits costs its least. */
export function soonest(vm: Vm): u64 {
  const fromNs = vm.groupInFlight != 0 ? vm.groupEndNs : vm.nowNs;
  if (vm.toSendPages == 0 || fromNs == NEVER) return fromNs;
  if (vm.bytesPerSecond == 0) return NEVER;
  const zeros = mostZerosOnList(vm);
  const bytes = zeros * ZERO_WIRE_BYTES + (vm.toSendPages - zeros) * leastCost(vm);
  // At most 2^33 pages of 2^13 bytes: whole seconds first, so that nothing leaves 64 bits.
  const seconds = bytes / vm.bytesPerSecond;
  const rest = bytes - seconds * vm.bytesPerSecond;
  return fromNs + seconds * NS_PER_SECOND + (rest * NS_PER_SECOND) / vm.bytesPerSecond;
}
