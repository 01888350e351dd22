// Writes of a whole slice of a round at once, for VMs so large that single writes would miss every cache. The number of writes is
// exact; where they fall is drawn page by page: a page with k expected writes is written with chance 1 - e^-k. Pages that left
// within the slice can be written again only by the writes after that, so each group that leaves is noted with the guest's time.
import {
  CHANCES,
  CHANCE_BYTES,
  GROUP_PAGES,
  PATTERN_HOT_COLD,
  PATTERN_ZIPF,
  Phase,
  SENT_GROUP_BYTES,
  SentGroup,
  Vm,
} from '../layout';
import {
  Chance,
  bernoulliWord,
  chanceOf,
  chanceState,
  nextRandom,
  poissonWord,
  setChance,
  setChanceOf,
} from './chance';
import { SCATTER_SHIFT, extentAt } from './scatter';
import { HEAD_EXTENTS, REST_CLASS, classOfRanks, shareOfClass, shareOfRank } from './shares';

/** Expected writes of the slice under way, and the guest's time in which they are spread evenly. */
let sliceWrites: f64 = 0;
let sliceNs: f64 = 0;

/** A slice begins at guest time `guestNs`. */
export function beginSlice(vm: Vm, guestNs: u64): void {
  vm.sentGroupCount = 0;
  vm.sliceSentPages = vm.sentPages;
  vm.sliceStartNs = guestNs;
}

/** A round begins: slices of it are parts of its list, so they do not depend on how time is cut into calls. */
export function beginSlices(vm: Vm): void {
  vm.slicePages = vm.toSendPages / vm.sliced + 1;
  beginSlice(vm, vm.guestNs);
}

// @ts-ignore: decorator
@inline
function groupAt(vm: Vm, index: u32): SentGroup {
  return changetype<SentGroup>(vm.sentGroups + <usize>index * SENT_GROUP_BYTES);
}

/** The pages `bits` of `word` leave now. */
// @ts-ignore: decorator
@inline
export function noteSent(vm: Vm, word: u32, bits: u64): void {
  const group = groupAt(vm, vm.sentGroupCount++);
  group.word = word;
  group.pages = bits;
  group.guestNs = vm.guestNs;
}

// @ts-ignore: decorator
@inline
export function sliceIsOver(vm: Vm): bool {
  return (
    vm.toSendPages == 0 ||
    vm.sentPages - vm.sliceSentPages >= vm.slicePages ||
    vm.sentGroupCount == vm.mostSentGroups
  );
}

/** Index of the group that was word `word` in this slice, or -1: groups leave in the order of their words. */
function groupOf(vm: Vm, word: u64): i32 {
  let low: u32 = 0;
  let high = vm.sentGroupCount;
  if (high == 0 || word < groupAt(vm, 0).word || word > groupAt(vm, high - 1).word) return -1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (groupAt(vm, middle).word < word) low = middle + 1;
    else high = middle;
  }
  return groupAt(vm, low).word == word ? <i32>low : -1;
}

/** Did write number `index` of the slice's `count` find its page still waiting, though it has left since? */
export function wasWaiting(vm: Vm, page: u64, index: u64, count: u64, untilNs: u64): bool {
  const found = groupOf(vm, page >> 6);
  if (found < 0) return false;
  const group = groupAt(vm, <u32>found);
  if (((group.pages >> (page & 63)) & 1) == 0 || group.guestNs <= vm.sliceStartNs) return false;
  const part = <f64>(group.guestNs - vm.sliceStartNs) / <f64>(untilNs - vm.sliceStartNs);
  return <f64>index < <f64>count * part;
}

/** The bits `from` to `end` - 1 of a word. */
// @ts-ignore: decorator
@inline
function bitsBetween(from: u64, end: u64): u64 {
  const below = end >= 64 ? u64.MAX_VALUE : ((1 as u64) << end) - 1;
  return from >= 64 ? 0 : below & (u64.MAX_VALUE << from);
}

/** Marks the pages `dirty` of the word at offset `at`; those of `waiting` cost nothing. Returns the first writes to traced pages. */
// @ts-ignore: decorator
@inline
function markWord(vm: Vm, at: usize, dirty: u64, waiting: u64): u64 {
  const written = load<u64>(vm.written + at);
  const zeros = load<u64>(vm.zero + at);
  const added = dirty & ~waiting & ~written;
  if ((zeros & dirty) != 0) store<u64>(vm.zero + at, zeros & ~dirty);
  if (added != 0) store<u64>(vm.written + at, written | added);
  return popcnt<u64>(added);
}

/** The sweep writes `pages` pages from offset `from` of its working set on. */
function fillRun(vm: Vm, from: u64, pages: u64): u64 {
  let faults: u64 = 0;
  let page = vm.workingSetStart + from;
  const end = page + pages;
  while (page < end) {
    const firstOfWord = page & ~63;
    const wordEnd = min(firstOfWord + GROUP_PAGES, end);
    const at = (<usize>(page >> 6)) << 3;
    faults += markWord(
      vm,
      at,
      bitsBetween(page - firstOfWord, wordEnd - firstOfWord),
      load<u64>(vm.toSend + at),
    );
    page = wordEnd;
  }
  return faults;
}

/**
 * `count` writes of the sweep, a word at a time. This is exact and costs so little that it waits for no slice: the sweep often
 * runs just before or behind the pages that leave, where a slice more or less would decide everything.
 */
export function sweepWords(vm: Vm, count: u64): u64 {
  const pages = vm.workingSetPages;
  const walked = min(count, pages);
  const from = (vm.sweepPage + (count - walked)) % pages;
  const toEnd = min(walked, pages - from);
  vm.sweepPage = (from + walked) % pages;
  return fillRun(vm, from, toEnd) + fillRun(vm, 0, walked - toEnd);
}

/** 64 pages of a class, of which the writes of this part of the slice count. */
// @ts-ignore: decorator
@inline
function drawClass(index: u32, part: f64): u64 {
  const chance = changetype<Chance>(CHANCES + <usize>index * CHANCE_BYTES);
  if (part != 1.0) return bernoulliWord(chanceOf(chance.writes * part));
  return chance.written != 0 ? bernoulliWord(chance.written) : poissonWord(chance);
}

/** One of the most written extents of Zipf: each page has a chance of its own. */
function drawHead(vm: Vm, extent: u64, part: f64): u64 {
  const writes = sliceWrites * part;
  const firstRank = extent << SCATTER_SHIFT;
  const pages = min<u64>(GROUP_PAGES, vm.workingSetPages - firstRank);
  let word: u64 = 0;
  for (let page: u64 = 0; page < pages; ++page) {
    const limit = chanceOf(writes * shareOfRank(vm, firstRank + page));
    if (nextRandom() >> 32 < limit) word |= (1 as u64) << page;
  }
  return word;
}

/** 64 pages of a hot-cold working set; one extent may hold the border between hot and cold. */
// @ts-ignore: decorator
@inline
function drawHotCold(vm: Vm, extent: u64, part: f64): u64 {
  const firstRank = extent << SCATTER_SHIFT;
  if (firstRank + GROUP_PAGES <= vm.hotPages) return drawClass(0, part);
  if (firstRank >= vm.hotPages) return drawClass(1, part);
  const hot = bitsBetween(0, vm.hotPages - firstRank);
  return (drawClass(0, part) & hot) | (drawClass(1, part) & ~hot);
}

/** Which of the 64 pages of an extent of ranks are written in `part` of the slice. */
// @ts-ignore: decorator
@inline
function drawExtent(vm: Vm, pattern: u32, extent: u64, part: f64): u64 {
  if (pattern == PATTERN_HOT_COLD) return drawHotCold(vm, extent, part);
  if (pattern != PATTERN_ZIPF) return drawClass(0, part);
  if (extent < HEAD_EXTENTS) return drawHead(vm, extent, part);
  return drawClass(extent < vm.extents ? classOfRanks(extent) : REST_CLASS, part);
}

/** What this slice's writes are to each class. */
function makeChances(vm: Vm): void {
  for (let index: u32 = 0; index < vm.classCount; ++index) {
    const chance = changetype<Chance>(CHANCES + <usize>index * CHANCE_BYTES);
    setChanceOf(chance, sliceWrites * shareOfClass(vm, index));
  }
}

/** Part of the slice that came after the guest's time was `atNs`. */
// @ts-ignore: decorator
@inline
function partAfter(vm: Vm, atNs: u64): f64 {
  return atNs <= vm.sliceStartNs ? 1.0 : 1.0 - <f64>(atNs - vm.sliceStartNs) / sliceNs;
}

/**
 * `count` writes until `untilNs`, word by word over the working set. Where a write would change nothing, no chance is drawn: pages
 * that are written already, and pages that wait and hold more than zeros.
 */
export function drawSlice(vm: Vm, phase: Phase, count: u64, untilNs: u64): u64 {
  const pattern = phase.pattern;
  const words = (vm.workingSetPages + (GROUP_PAGES - 1)) >> 6;
  const firstWord = vm.workingSetStart >> 6;
  const rest = vm.workingSetPages & (GROUP_PAGES - 1);
  const isScattered = vm.classCount > 1;
  sliceWrites = <f64>count;
  sliceNs = <f64>(untilNs - vm.sliceStartNs);
  setChance(vm.chance);
  makeChances(vm);
  let faults: u64 = 0;
  let next: u32 = 0;
  for (let place: u64 = 0; place < words; ++place) {
    const word = firstWord + place;
    const at = (<usize>word) << 3;
    const waiting = load<u64>(vm.toSend + at);
    let open = ~load<u64>(vm.written + at) & (~waiting | load<u64>(vm.zero + at));
    if (rest != 0 && place == words - 1) open &= ((1 as u64) << rest) - 1;
    if (open == 0) continue;
    while (next < vm.sentGroupCount && groupAt(vm, next).word < word) ++next;
    const isSent = next < vm.sentGroupCount && groupAt(vm, next).word == word;
    const sent = isSent ? groupAt(vm, next).pages & open : 0;
    const extent = isScattered ? extentAt(vm, place) : place;
    let dirty: u64 = 0;
    if (sent != open) dirty = drawExtent(vm, pattern, extent, 1.0) & open & ~sent;
    if (sent != 0) dirty |= drawExtent(vm, pattern, extent, partAfter(vm, groupAt(vm, next).guestNs)) & sent;
    if (dirty != 0) faults += markWord(vm, at, dirty, waiting);
  }
  vm.chance = chanceState();
  return faults;
}
