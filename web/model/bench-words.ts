/** The bench in words: what each kernel gives, against memory.copy of the same browser, and what that means. */
import type { BenchRow } from '../worker/protocol.ts';
import { formatMany } from './engine-words.ts';

export type { BenchRow } from '../worker/protocol.ts';

export const REFERENCE_ROW = 'gather';

export interface BenchLine {
  readonly id: string;
  readonly name: string;
  readonly value: string;
  /** Length of the bar, of the fastest so far; null where the figure is no number of bytes. */
  readonly share: number | null;
  /** Against memory.copy of the same browser; empty where that says nothing. */
  readonly ratio: string;
  readonly means: string;
}

/** The rows so far. Bars share one scale, so that lengths can be compared. */
export function benchLines(rows: readonly BenchRow[]): BenchLine[] {
  const bytes = rows.filter((row) => row.unit === 'bytes').map((row) => row.perSecond);
  const most = Math.max(1, ...bytes);
  const reference = rows.find((row) => row.id === REFERENCE_ROW)?.perSecond ?? 0;
  return rows.map(({ id, name, unit, perSecond }) => {
    const comparable = unit === 'bytes' && reference > 0;
    return {
      id,
      name,
      value: `${formatMany(perSecond)}${unit === 'bytes' ? 'B' : unit === 'writes' ? ' writes' : ' pages'}/s`,
      share: unit === 'bytes' ? perSecond / most : null,
      ratio: comparable ? `${(perSecond / reference).toFixed(2)} ×` : '',
      means: MEANS[id] ?? '',
    };
  });
}

const MEANS: Readonly<Record<string, string>> = {
  gather:
    'The yardstick: how fast this browser moves pages that lie apart into a buffer that stays in the cache.',
  large: 'Memory to memory: both halves are larger than any cache, so this is what the memory itself gives.',
  'page-copy':
    'Pages that lie side by side, into the same buffer: the memory sees them coming, which outweighs a call for each.',
  'zero-test': 'A page of zeros is read to its end before it may be sent as nine bytes.',
  'page-hash': 'The proof at the end hashes both memories, page by page.',
  'lz4-text': 'Text gets much shorter, so there is more to look up than to copy.',
  'unlz4-text': 'The target unpacks many short copies of what it has just written.',
  'lz4-heap': 'What programs leave on their heaps: pointers, counts, strings and free room.',
  'unlz4-heap': 'Unpacking is several times as fast as packing: the sender is the bottleneck.',
  'lz4-random': 'Encrypted or packed pages do not get shorter; the packer notices and hurries on.',
  'unlz4-random': 'One long run of bytes as they are: a plain copy within the cache.',
  xbzrle: 'Compares a page with what was sent of it before and writes down the few bytes that changed.',
  unxbzrle:
    'The target puts those few bytes into the page it has; counted is the whole page, of which most stays untouched.',
  'bitmap-scan': 'One bit a page: each byte scanned here stands for 32 KiB of guest memory that is clean.',
  writes:
    'Each write of the guest draws a page and sets its bit: this limits how fast a busy guest is simulated.',
  sweep: 'Followed by page: a VM of many GiB costs a bit a page and no bytes.',
};
