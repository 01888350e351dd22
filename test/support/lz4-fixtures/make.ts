// Writes blocks.json: blocks that liblz4 1.9.4 made of the content classes of pages.ts. Where liblz4 is installed, run
// `node web/tools/run.js test/support/lz4-fixtures/make.ts`; commit the result only when the cases change.
import { writeFileSync } from 'node:fs';
import { type Native, kinds, openNative } from '../lz4-native.ts';
import { contentClasses, contentOf } from '../pages.ts';
import { fromRoot } from '../root.ts';

/** One block. Its content is `contentOf(content, seed, length)`. */
export interface Fixture {
  content: string;
  seed: number;
  length: number;
  maker: 'default' | 'high';
  block: string;
}

const smallLengths = [1, 4, 5, 11, 12, 13, 14, 16, 31, 64, 100, 255, 300, 1000];

function cases(): Omit<Fixture, 'block'>[] {
  const list: Omit<Fixture, 'block'>[] = [];
  for (const content of contentClasses) {
    const isNoisy = content === 'noise' || content === 'mixed';
    for (const maker of ['default', 'high'] as const) {
      list.push({ content, seed: 1, length: 4096, maker });
      if (!isNoisy) list.push({ content, seed: 2, length: 4096, maker });
    }
    for (const length of smallLengths) list.push({ content, seed: length, length, maker: 'default' });
    if (!isNoisy) list.push({ content, seed: 3, length: 32768, maker: 'default' });
    if (!isNoisy && content !== 'pointers') list.push({ content, seed: 4, length: 65536, maker: 'high' });
  }
  return list;
}

function makeFixtures(native: Native): Fixture[] {
  const list = cases();
  const answers = native(
    list.map(({ content, seed, length, maker }) => ({
      kind: maker === 'high' ? kinds.compressHigh : kinds.compress,
      capacity: length + (length >> 7) + 64,
      bytes: contentOf(content, seed, length),
    })),
  );
  return list.map((fixture, at) => ({
    ...fixture,
    block: Buffer.from(answers[at]!.bytes).toString('base64'),
  }));
}

const native = openNative();
if (typeof native !== 'function') throw new Error(`Cannot make fixtures: ${native.absent}.`);
const lines = makeFixtures(native).map((fixture) => JSON.stringify(fixture));
writeFileSync(fromRoot('test/support/lz4-fixtures/blocks.json'), `[\n${lines.join(',\n')}\n]\n`);
