// The engine of the bench behind messages, for workers and processes alike: each names a method, its result or its error goes back.
import { openEngine, type Engine } from './engine.ts';

export interface Request {
  readonly id: number;
  readonly method: keyof Engine | 'open';
  readonly args: unknown[];
}

let engine: Engine | undefined;

function call({ method, args }: Request): unknown {
  if (method === 'open') {
    engine = openEngine(args[0] as Uint8Array<ArrayBuffer>);
    return undefined;
  }
  if (!engine) throw new Error('The engine of the bench was not opened.');
  return (engine[method] as (...args: unknown[]) => unknown)(...args);
}

export function obey(request: Request): { id: number; result?: unknown; error?: string } {
  try {
    return { id: request.id, result: call(request) };
  } catch (error) {
    return { id: request.id, error: String(error) };
  }
}
