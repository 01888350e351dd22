// How the writes of a phase are shared out: classes of pages that are alike, and for each the share of all writes that falls on one of
// its pages. Uniform has one class and hot-cold two. Zipf has a class for each sixteenth of an octave of extents; the pages
// of the first 16 extents differ too much from each other for that and have a share each.
import { HEAD_PAGES, MOST_CLASSES, PATTERN_HOT_COLD, PATTERN_ZIPF, Phase, Vm, ZIPF_CELLS } from '../layout';
import { SCATTER_SHIFT } from './scatter';

/** Extents whose pages have shares of their own. */
export const HEAD_EXTENTS: u64 = (<u64>HEAD_PAGES) >> SCATTER_SHIFT;

/** The class of the pages behind the last whole extent. */
export const REST_CLASS: u32 = MOST_CLASSES - 1;

/** The upper 16 bits of a double are its exponent and the first 4 bits behind it: a number for each sixteenth of an octave. */
const OCTAVE_SHIFT: u64 = 48;
const FIRST_OCTAVE: u64 = reinterpret<u64>(<f64>HEAD_EXTENTS) >> OCTAVE_SHIFT;

const PPM: f64 = 1000000.0;

/** Zipf: the class of an extent of ranks, none of the first 16. */
// @ts-ignore: decorator
@inline
export function classOfRanks(extent: u64): u32 {
  return u32((reinterpret<u64>(<f64>extent) >> OCTAVE_SHIFT) - FIRST_OCTAVE);
}

/** Share of the writes that falls on one page of class number `index`. */
// @ts-ignore: decorator
@inline
export function shareOfClass(vm: Vm, index: u32): f64 {
  return load<f64>(vm.shares + ((<usize>index) << 3));
}

/** Share of the writes that falls on the page of `rank`, one of the first 1,024. */
// @ts-ignore: decorator
@inline
export function shareOfRank(vm: Vm, rank: u64): f64 {
  return load<f64>(vm.shares + ((<usize>MOST_CLASSES + <usize>rank) << 3));
}

function setShare(vm: Vm, index: u32, share: f64): void {
  store<f64>(vm.shares + ((<usize>index) << 3), share);
}

/** Share of the writes that falls on the ranks below `rank`, from the same quantiles that single writes are drawn from. */
function shareBelow(table: usize, rank: u64): f64 {
  const value = <f64>rank + 1.0;
  let low: u32 = 0;
  let high = ZIPF_CELLS;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (load<f64>(table + ((<usize>middle) << 3)) <= value) low = middle;
    else high = middle;
  }
  const start = load<f64>(table + ((<usize>low) << 3));
  const width = load<f64>(table + ((<usize>high) << 3)) - start;
  const place = width > 0.0 ? min(1.0, (value - start) / width) : 1.0;
  return (<f64>low + place) / <f64>ZIPF_CELLS;
}

/** Mean share of one page of the ranks `from` to `to` - 1. */
function meanShare(vm: Vm, from: u64, to: u64): f64 {
  return (shareBelow(vm.zipf, to) - shareBelow(vm.zipf, from)) / <f64>(to - from);
}

function makeZipfShares(vm: Vm): void {
  memory.fill(vm.shares, 0, (<usize>MOST_CLASSES) << 3);
  for (let from = HEAD_EXTENTS; from < vm.extents;) {
    const index = classOfRanks(from);
    const next = reinterpret<f64>((<u64>index + 1 + FIRST_OCTAVE) << OCTAVE_SHIFT);
    const to = min(<u64>NativeMath.ceil(next), vm.extents);
    setShare(vm, index, meanShare(vm, from << SCATTER_SHIFT, to << SCATTER_SHIFT));
    from = to;
  }
  const whole = vm.extents << SCATTER_SHIFT;
  if (whole < vm.workingSetPages) setShare(vm, REST_CLASS, meanShare(vm, whole, vm.workingSetPages));
  const head = min<u64>(HEAD_PAGES, vm.workingSetPages);
  for (let rank: u64 = 0; rank < head; ++rank) {
    setShare(vm, MOST_CLASSES + <u32>rank, meanShare(vm, rank, rank + 1));
  }
}

/** Makes the shares of `phase`, whose working set and quantiles are there; returns how many classes there may be. */
export function makeShares(vm: Vm, phase: Phase): u32 {
  const pages = <f64>vm.workingSetPages;
  const hot = <f64>vm.hotPages;
  if (phase.pattern == PATTERN_ZIPF) {
    makeZipfShares(vm);
    return MOST_CLASSES;
  }
  if (phase.pattern == PATTERN_HOT_COLD && hot < pages) {
    const hotWrites = <f64>phase.hotWritesPpm / PPM;
    setShare(vm, 0, hotWrites / hot);
    setShare(vm, 1, (1.0 - hotWrites) / (pages - hot));
    return 2;
  }
  setShare(vm, 0, 1.0 / pages);
  return 1;
}
