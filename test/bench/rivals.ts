// The LZ4 packages that one would take from npm instead. They are asked as their readmes show it: page in, block out.
import { compress, decompress } from 'lz4-wasm';
import lz4js from 'lz4js';
import type { Timed } from './suite.ts';

/** What a rival sees of the kernels' memory, where the pages and the blocks of a measure are. */
export interface Place {
  view(at: number, length: number): Uint8Array;
  addressOf(name: string): number;
  hash(at: number, bytes: number): string;
}

/** Does `reps` repetitions over all pages; the sum is the hash of what decompressing gave back. */
export type Rival = (place: Place, pages: number, reps: number) => Timed;

const PAGE_BYTES = 4096;
const HASH_ENTRIES = 1 << 16;

interface Codec {
  compress(page: Uint8Array): Uint8Array;
  decompress(block: Uint8Array): Uint8Array;
  /** A block of our kernels as this codec wants it. */
  wrap(block: Uint8Array): Uint8Array;
}

const lz4Wasm: Codec = {
  compress,
  decompress,
  // This package puts the length of the content in front of the block.
  wrap(block) {
    const wrapped = new Uint8Array(block.length + 4);
    new DataView(wrapped.buffer).setUint32(0, PAGE_BYTES, true);
    wrapped.set(block, 4);
    return wrapped;
  },
};

const table = new Uint32Array(HASH_ENTRIES);
const blockRoom = new Uint8Array(lz4js.compressBound(PAGE_BYTES));
const pageRoom = new Uint8Array(PAGE_BYTES);

const lz4Js: Codec = {
  compress(page) {
    table.fill(0);
    const length = lz4js.compressBlock(page, blockRoom, 0, PAGE_BYTES, table);
    // Zero means that nothing was found to shorten; its frames then hold the bytes as they are.
    return length === 0 ? page : blockRoom.subarray(0, length);
  },
  decompress(block) {
    if (block.length === PAGE_BYTES) return block;
    lz4js.decompressBlock(block, pageRoom, 0, block.length, 0);
    return pageRoom;
  },
  wrap: (block) => block,
};

function pagesOf({ view, addressOf }: Place, name: string, pages: number): Uint8Array[] {
  const bytes = view(addressOf(name), pages * PAGE_BYTES).slice();
  return Array.from({ length: pages }, (_, page) =>
    bytes.subarray(page * PAGE_BYTES, (page + 1) * PAGE_BYTES),
  );
}

function blocksOf(place: Place, pages: number, codec: Codec): Uint8Array[] {
  const lengthBytes = place.view(place.addressOf('lengths'), pages * 4).slice();
  let at = place.addressOf('blocks');
  return Array.from(new Uint32Array(lengthBytes.buffer), (length) => {
    const block = codec.wrap(place.view(at, length).slice());
    at += length;
    return block;
  });
}

/** Times one way, and decompresses everything once more where nobody looks at the clock, to see that it is right. */
function timed(
  place: Place,
  reps: number,
  inputs: Uint8Array[],
  way: (input: Uint8Array) => Uint8Array,
  back: (output: Uint8Array) => Uint8Array,
): Timed {
  const start = performance.now();
  for (let rep = 0; rep < reps; rep++) for (const input of inputs) way(input);
  const ns = (performance.now() - start) * 1e6;
  const at = place.addressOf('pages');
  inputs.forEach((input, index) =>
    place.view(at + index * PAGE_BYTES, PAGE_BYTES).set(back(way(input)).subarray(0, PAGE_BYTES)),
  );
  return { ns, sum: place.hash(at, inputs.length * PAGE_BYTES) };
}

const compressing =
  (codec: Codec): Rival =>
  (place, pages, reps) =>
    timed(place, reps, pagesOf(place, 'source', pages), codec.compress, codec.decompress);

const decompressing =
  (codec: Codec): Rival =>
  (place, pages, reps) =>
    timed(place, reps, blocksOf(place, pages, codec), codec.decompress, (page) => page);

export const rivals: Readonly<Record<string, Rival>> = {
  'compress lz4-wasm': compressing(lz4Wasm),
  'compress lz4js': compressing(lz4Js),
  'decompress lz4-wasm': decompressing(lz4Wasm),
  'decompress lz4js': decompressing(lz4Js),
};
