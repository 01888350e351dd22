// The bitmap kernels from their definition: a bitmap is a list of page numbers that are set, nothing more.

/** The set bits of a bitmap in rising order. */
export function pagesOf(bitmap: Uint8Array): number[] {
  const pages: number[] = [];
  for (let page = 0; page < bitmap.length * 8; ++page) {
    if ((bitmap[page >> 3]! >> (page & 7)) & 1) pages.push(page);
  }
  return pages;
}

/** A bitmap of `words` words with exactly these pages set. */
export function bitmapOf(pages: Iterable<number>, words: number): Uint8Array {
  const bitmap = new Uint8Array(words * 8);
  for (const page of pages) bitmap[page >> 3]! |= 1 << (page & 7);
  return bitmap;
}

/** The first word at or after `fromWord` with a set bit, or `words`. */
export function nextWord(pages: readonly number[], fromWord: number, words: number): number {
  const page = pages.find((candidate) => candidate >= fromWord * 64);
  return page === undefined ? words : Math.floor(page / 64);
}

/** Maximal runs of neighbouring pages as [first page, number of pages]. */
export function runsOf(pages: readonly number[]): [number, number][] {
  const runs: [number, number][] = [];
  for (const page of pages) {
    const last = runs.at(-1);
    if (last && last[0] + last[1] === page) last[1] += 1;
    else runs.push([page, 1]);
  }
  return runs;
}

/** Set bits per bucket; the bounds are floors of exact quotients. */
export function bucketsOf(pages: readonly number[], pageCount: number, buckets: number): number[] {
  const bound = (bucket: number) => Number((BigInt(bucket) * BigInt(pageCount)) / BigInt(buckets));
  return Array.from(
    { length: buckets },
    (_, bucket) => pages.filter((page) => page >= bound(bucket) && page < bound(bucket + 1)).length,
  );
}
