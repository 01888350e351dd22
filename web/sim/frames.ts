/** The frame stream: every 32nd frame whole, the others as changed buckets, so that any instant is rebuilt from its checkpoint. */
import { FRAME_BUCKETS, type EncodedFrame, type MemoryFrame } from './run-log.ts';

export const CHECKPOINT_EVERY = 32;
const VALUES = 2 * FRAME_BUCKETS;

export type FrameFacts = Omit<EncodedFrame, 'checkpoint' | 'data'>;

/** Encodes frames in order; keeps a copy of the last one to tell what changed. */
export class FrameEncoder {
  readonly #last = new Uint32Array(VALUES);
  #count = 0;

  /** `buckets`: 4096 toSend counts, then 4096 written counts; copied, the caller may reuse it. */
  encode(facts: FrameFacts, buckets: Uint32Array): EncodedFrame {
    const whole = this.#count++ % CHECKPOINT_EVERY === 0;
    const data = whole ? buckets.slice(0, VALUES) : changedPairs(this.#last, buckets);
    this.#last.set(buckets);
    return { ...facts, checkpoint: whole, data };
  }
}

function changedPairs(before: Uint32Array, now: Uint32Array): Uint32Array {
  const pairs: number[] = [];
  for (let bucket = 0; bucket < VALUES; bucket++) {
    const value = now[bucket] as number;
    if (value !== before[bucket]) pairs.push(bucket, value);
  }
  return Uint32Array.from(pairs);
}

/** Rebuilds frame `index` from the checkpoint at or before it: at most 32 small steps. */
export function decodeFrame(frames: readonly EncodedFrame[], index: number): MemoryFrame {
  let from = index;
  while (!(frames[from] as EncodedFrame).checkpoint) from--;
  const values = new Uint32Array(VALUES);
  for (let i = from; i <= index; i++) apply(frames[i] as EncodedFrame, values);
  const { checkpoint: _checkpoint, data: _data, ...facts } = frames[index] as EncodedFrame;
  return { ...facts, toSend: values.subarray(0, FRAME_BUCKETS), written: values.subarray(FRAME_BUCKETS) };
}

function apply(frame: EncodedFrame, values: Uint32Array): void {
  if (frame.checkpoint) values.set(frame.data);
  else
    for (let i = 0; i < frame.data.length; i += 2)
      values[frame.data[i] as number] = frame.data[i + 1] as number;
}
