/** How the page gets its engine: only when it is needed, and with a clear word where the browser lacks what it is made of. */
import { ProblemError } from '../base/result.ts';
import type { EngineClient } from '../worker/client.ts';

/** The smallest module that uses SIMD: a function that splats a number into a vector. */
const SIMD_PROBE = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98,
  11,
];

export function hasEngine(): boolean {
  return typeof WebAssembly === 'object' && WebAssembly.validate(Uint8Array.from(SIMD_PROBE));
}

/** `load` says how the engine's code comes: the page fetches it when it is needed, the page for frames has it inside. */
export function connectWith(load: () => Promise<typeof EngineClient>): () => Promise<EngineClient> {
  return async () => {
    if (typeof WebAssembly !== 'object') throw missing('engine.no-wasm', 'This browser has no WebAssembly.');
    if (!hasEngine()) throw missing('engine.no-simd', 'The WebAssembly of this browser has no SIMD.');
    return (await load()).start();
  };
}

function missing(code: string, message: string): ProblemError {
  return new ProblemError([{ code, message, path: '' }]);
}
