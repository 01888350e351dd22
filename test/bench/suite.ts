// What is measured: for each kernel its inputs, its loop in wasm, its rivals, and the goal that was set for the ratio.

/** A number, or the address of a named buffer. */
export type Arg = number | `@${string}`;

/** A call of an export of the kernels, untimed. */
export interface Op {
  readonly run: string;
  readonly args: readonly Arg[];
}

/** Nanoseconds of a round, and what it has computed. */
export interface Timed {
  readonly ns: number;
  readonly sum: string;
}

export type Against = 'memcpy' | 'memcmp' | 'scalar' | 'sse2' | 'avx2' | 'liblz4' | 'lz4-wasm' | 'lz4js';

export interface Other {
  readonly against: Against;
  /** A round of the native co-process, another loop in wasm, or a package: one of the three. */
  readonly native?: string;
  readonly wasm?: string;
  readonly rival?: string;
}

export interface Case {
  readonly label: string;
  readonly round: string;
  readonly args: readonly Arg[];
  /** From, to, bytes: what to put back before every repetition. */
  readonly restore?: readonly Arg[];
  /** Turns what a round has left into something that all sides agree on, before it is hashed. */
  readonly decode?: readonly Arg[];
  /** Buffer and number of bytes that are the same on all sides after a round. */
  readonly result?: readonly [string, number];
  readonly pages?: number;
}

export interface Measure {
  readonly name: string;
  readonly buffers: Readonly<Record<string, number>>;
  readonly prepare: readonly Op[];
  /** The ratio of a round is the geometric mean over its cases. */
  readonly cases: readonly Case[];
  readonly others: readonly Other[];
  readonly goals: Partial<Record<Against, number>>;
}

const MIB = 1 << 20;
const PAGE = 4096;
const BATCH = 64;
const LIST_ENTRIES = 16384;
const CLASSES = ['text', 'zero-runs', 'pointers', 'random', 'heap', 'mix'] as const;
const HEAP = 4;
const ZERO = 6;
const MIGRATION = 7;

/** 64 MiB of pages read in random order through a staging buffer of 64 pages; hashes lie behind the pages. */
const MEMORY_PAGES = 16384;
const STAGING_BYTES = BATCH * (PAGE + 8);
const gathered = {
  buffers: { source: MEMORY_PAGES * PAGE, list: MEMORY_PAGES * 4, staging: STAGING_BYTES },
  prepare: [
    { run: 'genPages', args: ['@source', MEMORY_PAGES, MIGRATION, 1] },
    { run: 'genList', args: ['@list', MEMORY_PAGES, 2] },
  ],
} satisfies Partial<Measure>;

const gather = (round: string, bytes: number): Case => ({
  label: '64 MiB, random order',
  round,
  args: ['@source', '@list', MEMORY_PAGES, '@staging'],
  result: ['staging', bytes],
});

const fusedCase = (label: string, pages: number): Case => ({
  label,
  round: 'roundFused',
  args: ['@source', '@order', pages, '@staging'],
  result: ['staging', STAGING_BYTES],
});

/** 256 KiB of pages, which the second-level cache holds. */
const cached = (kind: number) => ({
  buffers: { pages: BATCH * PAGE },
  prepare: [{ run: 'genPages', args: ['@pages', BATCH, kind, 3] }] satisfies Op[],
});

const cachedCase = (round: string): Case => ({ label: '64 pages', round, args: ['@pages', BATCH] });

/** The bitmap of 1 TiB: 256 Mi pages, 32 MiB. */
const TERA_WORDS = (32 * MIB) / 8;

const bits = (perMille: number): Op[] =>
  perMille === 0 ? [] : [{ run: 'genBits', args: ['@bits', TERA_WORDS, perMille, 4] }];

const scanDirty = (percent: number): Case => ({
  label: `${percent} % dirty`,
  round: 'roundScan',
  args: ['@work', TERA_WORDS, '@list'],
  restore: [`@bits${percent}`, '@work', TERA_WORDS * 8],
  result: ['list', LIST_ENTRIES * 4],
});

const setBit = (log: number): Case => ({
  label: `${2 ** (log - 18)} GiB`,
  round: 'roundSetBit',
  args: [`@bits${log}`, 2 ** log, 1 << 20],
  result: [`bits${log}`, 2 ** log / 8],
});

const XBZRLE_PAGES = 256;
const DENSITIES = [1, 16, 64, 256] as const;

const xbzrle: Measure = {
  name: 'xbzrle',
  buffers: {
    before: XBZRLE_PAGES * PAGE,
    out: XBZRLE_PAGES * PAGE,
    ...Object.fromEntries(DENSITIES.map((words) => [`after${words}`, XBZRLE_PAGES * PAGE])),
  },
  prepare: [
    { run: 'genPages', args: ['@before', XBZRLE_PAGES, HEAP, 5] },
    ...DENSITIES.map((words): Op => ({
      run: 'genChanges',
      args: ['@before', `@after${words}`, XBZRLE_PAGES, words, 6],
    })),
  ],
  cases: DENSITIES.map((words) => ({
    label: `${words} words`,
    round: 'roundXbzrle',
    args: ['@before', `@after${words}`, XBZRLE_PAGES, '@out'],
    result: ['out', XBZRLE_PAGES * 8],
  })),
  others: [
    { against: 'scalar', native: 'xbzrle' },
    { against: 'avx2', native: 'xbzrle-avx2' },
  ],
  goals: { scalar: 1.8, avx2: 0.7 },
};

const LZ4_PAGES = 2048;
const LZ4_BYTES = LZ4_PAGES * PAGE;
const compressArgs: readonly Arg[] = ['@source', LZ4_PAGES, '@blocks', '@lengths', '@table'];
const decompressArgs: readonly Arg[] = ['@blocks', '@lengths', LZ4_PAGES, '@pages'];

function lz4(kind: number, way: 'compress' | 'decompress'): Measure {
  const name = CLASSES[kind] as (typeof CLASSES)[number];
  const isRealistic = name === 'text' || name === 'heap' || name === 'mix';
  const compressGoals = { liblz4: isRealistic ? 0.95 : 0.9, 'lz4-wasm': 2 };
  const decompressGoals = { liblz4: name === 'mix' ? 0.92 : 0.85, 'lz4-wasm': 4 };
  return {
    name: `lz4-${way}-${name}`,
    buffers: {
      source: LZ4_BYTES,
      blocks: LZ4_BYTES + LZ4_PAGES * 64,
      lengths: LZ4_PAGES * 4,
      pages: LZ4_BYTES,
      table: 65536,
    },
    prepare: [
      { run: 'genPages', args: ['@source', LZ4_PAGES, kind, 7] },
      { run: 'roundCompress', args: [...compressArgs, 1] },
    ],
    cases: [
      {
        label: name,
        round: way === 'compress' ? 'roundCompress' : 'roundDecompress',
        args: way === 'compress' ? compressArgs : decompressArgs,
        ...(way === 'compress' ? { decode: decompressArgs } : {}),
        result: ['pages', LZ4_BYTES],
        pages: LZ4_PAGES,
      },
    ],
    others: [
      { against: 'liblz4', native: way },
      { against: 'lz4-wasm', rival: `${way} lz4-wasm` },
      { against: 'lz4js', rival: `${way} lz4js` },
    ],
    goals: way === 'compress' ? compressGoals : decompressGoals,
  };
}

const memoryMeasures: Measure[] = [
  {
    name: 'copy',
    ...gathered,
    cases: [gather('roundCopy', BATCH * PAGE)],
    others: [{ against: 'memcpy', native: 'copy' }],
    goals: { memcpy: 0.97 },
  },
  {
    // The three passes in wasm begin with the copy, so they stand under the name of the copy.
    name: 'fused',
    buffers: { ...gathered.buffers, order: MEMORY_PAGES * 4 },
    prepare: [...gathered.prepare, { run: 'genOrder', args: ['@order', MEMORY_PAGES] }],
    cases: [
      fusedCase('64 pages', BATCH),
      fusedCase('64 MiB in page order, as a migration reads them', MEMORY_PAGES),
    ],
    others: [
      { against: 'memcpy', wasm: 'roundThreePasses' },
      { against: 'scalar', native: 'fused' },
    ],
    goals: { memcpy: 1.25 },
  },
  {
    name: 'zero',
    ...cached(ZERO),
    cases: [cachedCase('roundZero')],
    others: [
      { against: 'memcmp', native: 'zero' },
      { against: 'avx2', native: 'zero-avx2' },
    ],
    goals: { memcmp: 0.9 },
  },
  {
    name: 'hash',
    ...cached(HEAP),
    cases: [cachedCase('roundHash')],
    others: [{ against: 'scalar', native: 'hash' }],
    goals: { scalar: 0.95 },
  },
];

const bitmapMeasures: Measure[] = [
  {
    name: 'scan-idle',
    buffers: { bits: TERA_WORDS * 8, list: LIST_ENTRIES * 4 },
    prepare: bits(0),
    cases: [{ label: '1 TiB', round: 'roundScan', args: ['@bits', TERA_WORDS, '@list'] }],
    others: [{ against: 'avx2', native: 'scan-avx2' }],
    goals: { avx2: 0.85 },
  },
  {
    name: 'scan-dirty',
    buffers: {
      bits1: TERA_WORDS * 8,
      bits10: TERA_WORDS * 8,
      work: TERA_WORDS * 8,
      list: LIST_ENTRIES * 4,
    },
    prepare: [
      { run: 'genBits', args: ['@bits1', TERA_WORDS, 10, 4] },
      { run: 'genBits', args: ['@bits10', TERA_WORDS, 100, 4] },
    ],
    cases: [scanDirty(1), scanDirty(10)],
    others: [{ against: 'scalar', native: 'scan' }],
    goals: { scalar: 0.88 },
  },
  {
    name: 'set-bit',
    // A bitmap for each case: bits that one case sets must not be found in another's result.
    buffers: { bits22: 2 ** 22 / 8, bits24: 2 ** 24 / 8 },
    prepare: [],
    cases: [setBit(22), setBit(24)],
    others: [{ against: 'scalar', native: 'set-bit' }],
    goals: { scalar: 0.8 },
  },
  {
    name: 'popcount',
    buffers: { bits: TERA_WORDS * 8 },
    prepare: bits(100),
    cases: [{ label: '1 TiB', round: 'roundPopcount', args: ['@bits', TERA_WORDS] }],
    others: [{ against: 'scalar', native: 'popcount' }],
    goals: { scalar: 0.95 },
  },
];

export const suite: readonly Measure[] = [
  ...memoryMeasures,
  ...bitmapMeasures,
  xbzrle,
  ...CLASSES.map((_, kind) => lz4(kind, 'compress')),
  ...CLASSES.map((_, kind) => lz4(kind, 'decompress')),
];
