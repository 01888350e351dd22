// The engine of the bench behind messages: each names a method, and its result or its error goes back.
import { openEngine, type Engine } from './engine.ts';

let engine: Engine | undefined;

type Request = { readonly id: number; readonly method: keyof Engine | 'open'; readonly args: unknown[] };

function obey({ method, args }: Request): unknown {
  if (method === 'open') {
    engine = openEngine(args[0] as ArrayBuffer);
    return undefined;
  }
  if (!engine) throw new Error('The engine of the bench was not opened.');
  return (engine[method] as (...args: unknown[]) => unknown)(...args);
}

self.onmessage = ({ data }: MessageEvent<Request>) => {
  try {
    self.postMessage({ id: data.id, result: obey(data) });
  } catch (error) {
    self.postMessage({ id: data.id, error: String(error) });
  }
};
