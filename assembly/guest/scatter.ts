// Where the ranks of a working set lie. Ranks are scattered in extents of 64 pages, so that hot memory is clustered, but not in one
// place; an extent is one word of the bitmaps, because working sets begin at whole words.
import { GROUP_PAGES, Vm } from '../layout';

export const SCATTER_SHIFT: u64 = 6;

/** What `factor`, which is odd, is multiplied with to give 1 modulo 2^64. Newton's step doubles the bits that are right. */
export function inverseOf(factor: u64): u64 {
  let inverse = factor;
  for (let step = 0; step < 5; ++step) inverse *= 2 - factor * inverse;
  return inverse;
}

/**
 * The place of `rank` in the working set: a bijection. Extents are permuted among the numbers below the next power of two by
 * odd factors and shifts, and once more while the result lies outside; what does not fill an extent stays where it is.
 */
// @ts-ignore: decorator
@inline
export function scatter(vm: Vm, rank: u64): u64 {
  let extent = rank >> SCATTER_SHIFT;
  if (extent >= vm.extents) return rank;
  do {
    extent = (extent * vm.scatterFactor + vm.scatterOffset) & vm.extentMask;
    extent ^= extent >> vm.extentShift;
    extent = (extent * vm.scatterFactor2) & vm.extentMask;
    extent ^= extent >> vm.extentShift;
  } while (extent >= vm.extents);
  return (extent << SCATTER_SHIFT) | (rank & (GROUP_PAGES - 1));
}

/** The other way round, for extents alone: which extent of ranks lies at extent `place` of the working set. */
// @ts-ignore: decorator
@inline
export function extentAt(vm: Vm, place: u64): u64 {
  if (place >= vm.extents) return place;
  do {
    place ^= place >> vm.extentShift;
    place = (place * vm.scatterInverse2) & vm.extentMask;
    place ^= place >> vm.extentShift;
    place = ((place - vm.scatterOffset) * vm.scatterInverse) & vm.extentMask;
  } while (place >= vm.extents);
  return place;
}
