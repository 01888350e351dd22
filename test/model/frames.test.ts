import { expect, test } from 'vitest';
import { FrameEncoder } from '../../web/sim/frames.ts';
import { FRAME_BUCKETS } from '../../web/sim/run-log.ts';
import { frameIndexAt, memoryAt } from '../../web/model/frames.ts';

/** One page a bucket: the sweep has sent `cursor` pages of 4096, and the first of them is written again. */
function frames(cursors: readonly number[], migration = 0) {
  const encoder = new FrameEncoder();
  return cursors.map((cursorPage, i) => {
    const buckets = new Uint32Array(2 * FRAME_BUCKETS);
    buckets.fill(1, cursorPage, FRAME_BUCKETS);
    if (cursorPage > 0) buckets[FRAME_BUCKETS] = 1;
    const counts = {
      sentPages: cursorPage,
      wireBytes: cursorPage * 4104,
      toSendPages: FRAME_BUCKETS - cursorPage,
      writtenPages: cursorPage > 0 ? 1 : 0,
    };
    return encoder.encode(
      { atNs: i * 1000, migration, round: 0, cursorPage, ...counts, guestWrites: i, speedPpm: 1_000_000 },
      buckets,
    );
  });
}
const sum = (counts: Uint32Array) => counts.reduce((total, count) => total + count, 0);

test('before the first frame there is no memory, after the last one it stays', () => {
  const run = frames([0, 1024, 2048]).map((frame) => ({ ...frame, atNs: frame.atNs + 5 }));
  expect(memoryAt(run, 0, 4096, 4)).toBeNull();
  expect(memoryAt(run, 0, 4096, 5)?.cursorPage).toBe(0);
  expect(memoryAt(run, 0, 4096, 9_999)?.cursorPage).toBe(2048);
});

test.each([
  [1000, 1024],
  [1250, 1280],
  [1500, 1536],
  [1999, 2046],
  [2000, 2048],
])('at %i the sweep stands at page %i and nothing behind it is left', (atNs, cursorPage) => {
  const memory = memoryAt(frames([0, 1024, 2048, 4096]), 0, 4096, atNs);
  expect(memory).toMatchObject({ cursorPage, sentPages: cursorPage, toSendPages: 4096 - cursorPage });
  expect(sum(memory!.toSend)).toBe(4096 - cursorPage);
  expect(sum(memory!.toSend.subarray(0, cursorPage))).toBe(0);
  expect(sum(memory!.written)).toBe(1);
});

test('asking for an instant leaves the recorded frame as it was', () => {
  const run = frames([0, 1024, 2048]);
  memoryAt(run, 0, 4096, 1_900);
  expect(sum(memoryAt(run, 0, 4096, 1_000)!.toSend)).toBe(3072);
});

test('a frame of another round is not walked towards', () => {
  const [first, second] = frames([4096, 0]) as [never, never];
  const run = [first, { ...(second as object), round: 1 } as never];
  expect(memoryAt(run, 0, 4096, 500)?.cursorPage).toBe(4096);
});

test('frames of a later migration are passed over', () => {
  const run = [...frames([0, 1024]), ...frames([0], 1).map((frame) => ({ ...frame, atNs: 1_500 }))];
  expect(frameIndexAt(run, 0, 2_000)).toBe(1);
  expect(frameIndexAt(run, 1, 2_000)).toBe(2);
  expect(frameIndexAt(run, 1, 1_000)).toBe(-1);
});
