// The ABI: re-exports only. Pointers and u32 are i32 to JavaScript (make results unsigned with >>> 0), u64 is BigInt.
export { heapBase, pageEquals, pageIsZero } from './page';
export {
  bitmapBuckets,
  bitmapClear,
  bitmapFill,
  bitmapMark,
  bitmapNextWord,
  bitmapPopcount,
  bitmapScanClearList,
  bitmapScanClearListFrom,
  bitmapScanClearRuns,
  bitmapScanClearRunsFrom,
  bitmapTestAndClear,
} from './bitmap';
export { copyPage, fusedCopyZeroHash, gatherPages, scatterPages } from './copy';
export { hashFinish, hashFold, hashStart, pageHash, xxh64 } from './hash';
export { drawBelow, mix64, prngNext, prngOutput, prngSeed } from './prng';
export {
  cacheBytes,
  cacheData,
  cacheInit,
  cacheInsert,
  cacheLookup,
  xbzrleDecode,
  xbzrleEncode,
} from './xbzrle';
export { lz4Compress, lz4Decompress } from './lz4';
export {
  planeBuckets,
  planeMailbox,
  vmAdvance,
  vmBeginTracking,
  vmBuckets,
  vmBytesNeeded,
  vmCompare,
  vmCounters,
  vmCreate,
  vmNextRound,
  vmPrepare,
  vmRegion,
  vmRelease,
  vmSetGuestSpeed,
  vmSetRate,
  vmSoonest,
} from './vm';
