// Heat maps of a VM's bitmaps. Bits can be set only in the working sets, and on the first list everywhere behind the cursor, so the
// rest of a bitmap is not looked at: of 768 MiB at 24 TiB that leaves what the guest writes.
import { bitmapPopcount } from './bitmap';
import { BUCKETS, Vm } from './layout';

/** Set bits of the pages `from` to `to` - 1. */
function countPages(base: usize, from: u64, to: u64): u64 {
  const firstWord = base + ((<usize>(from >> 6)) << 3);
  const lastWord = base + ((<usize>(to >> 6)) << 3);
  const head = u64.MAX_VALUE << (from & 63);
  const tail = ((1 as u64) << (to & 63)) - 1;
  if (firstWord == lastWord) return popcnt<u64>(load<u64>(firstWord) & head & tail);
  let count = popcnt<u64>(load<u64>(firstWord) & head);
  if (tail != 0) count += popcnt<u64>(load<u64>(lastWord) & tail);
  return count + bitmapPopcount(firstWord + 8, u32((lastWord - firstWord - 8) >> 3));
}

/** Set bits per bucket, given that no page outside of `first` to `end` - 1 is set; with `isFull`, that all of those are. */
function heatOf(base: usize, vm: Vm, first: u64, end: u64, isFull: bool, out: usize): void {
  let from: u64 = 0;
  for (let bucket: u64 = 0; bucket < BUCKETS; ++bucket) {
    const to = ((bucket + 1) * vm.pageCount) / BUCKETS;
    const low = max(from, first);
    const high = min(to, end);
    let count: u64 = 0;
    if (low < high) count = isFull ? high - low : countPages(base, low, high);
    store<u32>(out + ((<usize>bucket) << 2), u32(count));
    from = to;
  }
}

/** Pages on the list, per bucket; the sweep has emptied what lies before the cursor. */
export function heatOfList(vm: Vm, out: usize): void {
  const isFull = vm.listFull != 0;
  const first = isFull ? vm.cursorWord : max(vm.cursorWord, vm.firstDirtyWord);
  const end = isFull ? vm.words : vm.endDirtyWord;
  heatOf(vm.toSend, vm, (<u64>first) << 6, min((<u64>end) << 6, vm.pageCount), isFull, out);
}

/** Pages written since they were sent, per bucket. */
export function heatOfWritten(vm: Vm, out: usize): void {
  const end = min((<u64>vm.endDirtyWord) << 6, vm.pageCount);
  heatOf(vm.written, vm, (<u64>vm.firstDirtyWord) << 6, end, false, out);
}
