/** The engine's program: fetched where it lies beside the page, decoded where the one-file page has it inside. */
import wasmUrl from '../../assembly/build/vmotion.wasm?url';
import { ProblemError } from '../base/result.ts';

/** A data URL is decoded by hand: a frame with an opaque origin may not fetch even that. */
export async function wasmBytes(): Promise<ArrayBuffer> {
  if (!wasmUrl.startsWith('data:')) return fetched();
  const text = atob(wasmUrl.slice(wasmUrl.indexOf(',') + 1));
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes.buffer;
}

async function fetched(): Promise<ArrayBuffer> {
  const answer = await fetch(wasmUrl).catch(() => null);
  if (answer?.ok) return answer.arrayBuffer();
  const message = 'The engine could not be fetched. Check the connection and try again.';
  throw new ProblemError([{ code: 'engine.unreachable', message, path: '' }]);
}
