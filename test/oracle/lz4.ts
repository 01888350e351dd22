// LZ4 blocks sequence by sequence, as the public block format describes them.

export interface Sequence {
  literals: Uint8Array;
  /** Absent in the last sequence, which is literals only. */
  match?: { distance: number; length: number };
}

const MIN_MATCH = 4;

/** Splits a block into its sequences, or undefined when it is malformed. Distances are not looked at. */
export function parse(block: Uint8Array): Sequence[] | undefined {
  const sequences: Sequence[] = [];
  let at = 0;
  const readLength = (nibble: number): number => {
    let length = nibble;
    for (let more = nibble === 15; more;) {
      const byte = block[at++];
      if (byte === undefined) return -1;
      length += byte;
      more = byte === 255;
    }
    return length;
  };
  while (at < block.length) {
    const token = block[at++]!;
    const count = readLength(token >> 4);
    if (count < 0 || at + count > block.length) return undefined;
    const literals = block.subarray(at, at + count);
    at += count;
    if (at === block.length) return [...sequences, { literals }];
    if (at + 2 > block.length) return undefined;
    const distance = block[at]! | (block[at + 1]! << 8);
    at += 2;
    const length = readLength(token & 15);
    if (length < 0) return undefined;
    sequences.push({ literals, match: { distance, length: length + MIN_MATCH } });
  }
  return undefined;
}

/** The content of a block, or undefined when it is malformed or longer than `capacity`. */
export function decode(block: Uint8Array, capacity: number): Uint8Array | undefined {
  const sequences = parse(block);
  const out = new Uint8Array(capacity);
  let length = 0;
  for (const { literals, match } of sequences ?? []) {
    if (length + literals.length > capacity) return undefined;
    out.set(literals, length);
    length += literals.length;
    if (!match) break;
    if (match.distance === 0 || match.distance > length || length + match.length > capacity) return undefined;
    for (let copied = 0; copied < match.length; ++copied, ++length)
      out[length] = out[length - match.distance]!;
  }
  return sequences && out.slice(0, length);
}

/** The block of a list of sequences, whether they make sense or not. */
export function assemble(sequences: readonly Sequence[]): Uint8Array {
  const out: number[] = [];
  const extend = (length: number) => {
    for (length -= 15; length >= 255; length -= 255) out.push(255);
    if (length >= 0) out.push(length);
  };
  for (const { literals, match } of sequences) {
    const rest = match ? match.length - MIN_MATCH : 0;
    out.push((Math.min(literals.length, 15) << 4) | Math.min(rest, 15));
    extend(literals.length);
    for (const byte of literals) out.push(byte);
    if (match) {
      out.push(match.distance & 255, match.distance >> 8);
      extend(rest);
    }
  }
  return Uint8Array.from(out);
}

/** The greediest obvious compressor: at every byte the longest earlier match, by looking at all of them. */
export function compress(content: Uint8Array): Uint8Array {
  const sequences: Sequence[] = [];
  let anchor = 0;
  for (let at = 0; at <= content.length - 12; ++at) {
    let best = { distance: 0, length: 0 };
    for (let from = Math.max(0, at - 65535); from < at; ++from) {
      let length = 0;
      while (at + length < content.length - 5 && content[from + length] === content[at + length]) ++length;
      if (length > best.length) best = { distance: at - from, length };
    }
    if (best.length < MIN_MATCH) continue;
    sequences.push({ literals: content.subarray(anchor, at), match: best });
    anchor = at + best.length;
    at = anchor - 1;
  }
  return assemble([...sequences, { literals: content.subarray(anchor) }]);
}

/** What keeps a block from being one that every decoder accepts: the rules for its end, and for distances. */
export function violations(block: Uint8Array, contentLength: number): string[] {
  const sequences = parse(block);
  if (!sequences) return ['The block does not parse.'];
  const found: string[] = [];
  let length = 0;
  let lastMatchStart = -1;
  for (const { literals, match } of sequences) {
    length += literals.length;
    if (!match) continue;
    if (match.distance === 0 || match.distance > length)
      found.push(`Distance ${match.distance} at ${length}.`);
    lastMatchStart = length;
    length += match.length;
  }
  const lastLiterals = sequences.at(-1)!.literals.length;
  if (length !== contentLength) found.push(`The block holds ${length} bytes, not ${contentLength}.`);
  if (lastMatchStart >= 0 && lastLiterals < 5) found.push(`Only ${lastLiterals} literals at the end.`);
  if (lastMatchStart >= 0 && lastMatchStart > contentLength - 12)
    found.push(`The last match starts at ${lastMatchStart} of ${length}.`);
  return found;
}
