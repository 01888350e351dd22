// XBZRLE byte by byte, as the format is described, and the cache of sent pages as a map from slot to entry.

const uleb = (length: number): number[] => (length < 0x80 ? [length] : [(length & 0x7f) | 0x80, length >> 7]);

/** The encoding, empty for equal pages, or undefined when it exceeds `max` bytes. */
export function encode(before: Uint8Array, after: Uint8Array, max: number): Uint8Array | undefined {
  const out: number[] = [];
  let at = 0;
  const runLength = (changed: boolean) => {
    const start = at;
    while (at < after.length && (before[at] !== after[at]) === changed) ++at;
    return at - start;
  };
  while (at < after.length) {
    const equal = runLength(false);
    if (at === after.length) break;
    const start = at;
    const changed = runLength(true);
    out.push(...uleb(equal), ...uleb(changed), ...after.subarray(start, at));
  }
  return out.length > max ? undefined : Uint8Array.from(out);
}

/** The page after the block was applied and how far it reaches, or undefined when the block is malformed. */
export function decode(
  block: Uint8Array,
  page: Uint8Array,
): { page: Uint8Array; length: number } | undefined {
  const result = Uint8Array.from(page);
  let at = 0;
  let to = 0;
  const readLength = (): number => {
    if (block.length - at < 2) return -1;
    const low = block[at++]!;
    if (low < 0x80) return low;
    const high = block[at++]!;
    return high < 0x80 ? (low & 0x7f) | (high << 7) : -1;
  };
  while (at < block.length) {
    const isFirst = at === 0;
    const equal = readLength();
    if (equal < 0 || (equal === 0 && !isFirst) || to + equal > page.length) return undefined;
    to += equal;
    const changed = readLength();
    if (changed <= 0 || to + changed > page.length || at + changed > block.length) return undefined;
    result.set(block.subarray(at, at + changed), to);
    to += changed;
    at += changed;
  }
  return { page: result, length: to };
}

interface Entry {
  page: number;
  round: number;
  data: Uint8Array;
}

/** The cache as QEMU keeps it: one slot per page, refreshed on a hit, replaced only when two rounds old. */
export class Cache {
  private readonly entries = new Map<number, Entry>();
  private readonly slots: number;

  constructor(slots: number) {
    this.slots = slots;
  }

  lookup(page: number, round: number): Uint8Array | undefined {
    const entry = this.entries.get(page % this.slots);
    if (entry?.page !== page) return undefined;
    entry.round = round;
    return entry.data;
  }

  insert(page: number, round: number, data: Uint8Array): boolean {
    const held = this.entries.get(page % this.slots);
    if (held && held.page !== page && held.round + 2 > round) return false;
    this.entries.set(page % this.slots, { page, round, data: Uint8Array.from(data) });
    return true;
  }
}
