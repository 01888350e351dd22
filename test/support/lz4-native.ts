// Real liblz4, where a C compiler and its header are present: the judge of our blocks that this project did not write.
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { fromRoot } from './root.ts';

export const kinds = { compress: 0, compressHigh: 1, decompress: 2 } as const;

export interface Request {
  kind: number;
  capacity: number;
  bytes: Uint8Array;
}

/** A negative or zero result is the library's; a positive one comes with that many bytes. */
export interface Answer {
  result: number;
  bytes: Uint8Array;
}

export type Native = (requests: readonly Request[]) => Answer[];

function packRequests(requests: readonly Request[]): Buffer {
  const parts = requests.flatMap(({ kind, capacity, bytes }) => [
    new Uint8Array(Uint32Array.of(kind, capacity, bytes.length).buffer),
    bytes,
  ]);
  return Buffer.concat(parts);
}

function parseAnswers(output: Buffer): Answer[] {
  const answers: Answer[] = [];
  for (let read = 0; read < output.length;) {
    const result = output.readInt32LE(read);
    const end = read + 4 + Math.max(0, result);
    answers.push({ result, bytes: Uint8Array.from(output.subarray(read + 4, end)) });
    read = end;
  }
  return answers;
}

/** Builds the helper and returns a way to ask it, or why there is none on this machine. */
export function openNative(): Native | { absent: string } {
  const helper = fromRoot('test/.cache/lz4-native');
  try {
    mkdirSync(fromRoot('test/.cache'), { recursive: true });
    execFileSync('cc', ['-O2', fromRoot('test/support/lz4-fixtures/make.c'), '-o', helper, '-llz4'], {
      stdio: 'pipe',
    });
  } catch {
    return { absent: 'no C compiler, or no lz4.h and liblz4' };
  }
  return (requests) => {
    const answers = parseAnswers(execFileSync(helper, { input: packRequests(requests), maxBuffer: 1 << 28 }));
    if (answers.length !== requests.length)
      throw new Error('The liblz4 helper stopped before its last answer.');
    return answers;
  };
}
