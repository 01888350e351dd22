// Pages and byte strings for property tests: the kinds of content that guests have, not only noise.
import fc from 'fast-check';

const PAGE_BYTES = 4096;

/** A fast stream of bytes from a 32-bit seed, so that a counterexample is one number and not 4096. */
export function noise(seed: number, length: number): Uint8Array {
  let state = (seed ^ 0x9e3779b9) >>> 0 || 1;
  return Uint8Array.from({ length }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 24;
  });
}

const words = [
  'page ',
  'dirty ',
  'round ',
  'the memory of ',
  'a guest ',
  '\n',
  'switchover ',
  '0x00007f',
  'of ',
  'host ',
];

const makers: Record<string, (seed: number, length: number) => Uint8Array> = {
  zero: (_, length) => new Uint8Array(length),
  one: (seed, length) => new Uint8Array(length).fill(seed & 255),
  noise,
  text: (seed, length) => {
    const picks = noise(seed, length);
    const text = Array.from(picks, (pick) => words[pick % words.length]).join('');
    return Uint8Array.from({ length }, (_, at) => text.charCodeAt(at));
  },
  sparse: (seed, length) => {
    const bytes = new Uint8Array(length);
    const at = noise(seed, 64);
    for (let mark = 0; mark < 32; ++mark)
      bytes[((at[mark]! << 8) | at[mark + 32]!) % (length || 1)] = mark + 1;
    return bytes.subarray(0, length);
  },
  pointers: (seed, length) => {
    const low = noise(seed, length);
    return low.map((byte, at) =>
      (at & 7) < 2 ? byte : (at & 7) < 6 ? [0, 0, 0x20, 0x3c, 0x5f, 0x7f][at & 7]! : 0,
    );
  },
  period: (seed, length) => {
    const pattern = noise(seed, (seed % 40) + 1);
    return Uint8Array.from({ length }, (_, at) => pattern[at % pattern.length]!);
  },
  mixed: (seed, length) => {
    const half = length >> 1;
    return Uint8Array.from([...makers.text!(seed, half), ...noise(seed, length - half)]);
  },
};

export const contentClasses: readonly string[] = Object.keys(makers);

/** `length` bytes of one class; the same seed gives the same bytes. */
export const contentOf = (name: string, seed: number, length: number): Uint8Array =>
  makers[name]!(seed, length);

/** Makes a counterexample one line instead of thousands of bytes. */
function named<Value extends object>(value: Value, name: string): Value {
  Object.defineProperty(value, fc.toStringMethod, { value: () => name });
  return value;
}

/** Byte strings of every class with lengths from `lengths`. */
export const arbitraryContent = (lengths: fc.Arbitrary<number>): fc.Arbitrary<Uint8Array> =>
  fc
    .tuple(fc.constantFrom(...contentClasses), fc.integer(), lengths)
    .map(([name, seed, length]) =>
      named(contentOf(name, seed, length), `${name}, seed ${seed}, ${length} bytes`),
    );

export const arbitraryPage = arbitraryContent(fc.constant(PAGE_BYTES));

/** A page and what a guest made of it: some ranges overwritten, from nothing to everything. */
export const arbitraryChange: fc.Arbitrary<{ before: Uint8Array; after: Uint8Array }> = fc
  .tuple(
    arbitraryPage,
    fc.array(
      fc.record({
        at: fc.nat(PAGE_BYTES - 1),
        length: fc.oneof(fc.nat(20), fc.nat(PAGE_BYTES)),
        seed: fc.integer(),
      }),
      {
        maxLength: 60,
        size: 'max',
      },
    ),
  )
  .map(([before, writes]) => {
    const after = Uint8Array.from(before);
    for (const { at, length, seed } of writes) after.set(noise(seed, Math.min(length, PAGE_BYTES - at)), at);
    const writesText = writes.map(({ at, length, seed }) => `${length} at ${at} (seed ${seed})`).join(', ');
    return named({ before, after }, `${fc.stringify(before)}, then ${writesText || 'nothing'}`);
  });
