// The side of the bench that runs inside an engine: in Node's own process and in a Chromium worker it is the same bundle. It
// keeps the kernels in one memory, gives names to stretches of it, and runs timed rounds on request.
import { WasmDataPlane } from '../../web/worker/wasm-data-plane.ts';
import type { Kernels } from '../../web/worker/wasm.ts';
import { rivals, type Rival } from './rivals.ts';
import type { Arg, Op, Timed } from './suite.ts';
import { migrate, type MigrationReport, type MigrationRequest } from './migration-engine.ts';

type Exports = Record<string, (...args: (number | bigint)[]) => number | bigint> & {
  readonly memory: WebAssembly.Memory;
};

/** What a worker is asked; the answer to each is what the method of that name returns. */
export interface Engine {
  reset(buffers: Readonly<Record<string, number>>): void;
  prepare(ops: readonly Op[]): void;
  run(round: string, reps: number, args: readonly Arg[], restore?: readonly Arg[]): Timed;
  hash(name: string, bytes: number): string;
  rival(name: string, pages: number, reps: number): Timed;
  bytesOf(name: string, bytes: number): Uint8Array;
  migrate(request: MigrationRequest): MigrationReport;
}

const WASM_PAGE = 65536;
const SLACK_BYTES = 256;

const hex = (value: number | bigint) => BigInt.asUintN(64, BigInt(value)).toString(16).padStart(16, '0');
const nowNs = () => performance.now() * 1e6;

/** Starts the kernels; the module may be compiled at once because this never runs on a page's main thread. */
export function openEngine(bytes: BufferSource): Engine {
  const exports = new WebAssembly.Instance(new WebAssembly.Module(bytes), {}).exports as unknown as Exports;
  const { memory } = exports;
  const names = new Map<string, number>();
  const view = (at: number, length: number) => new Uint8Array(memory.buffer, at, length);
  const addressOf = (name: string) => {
    const at = names.get(name);
    if (at === undefined) throw new Error(`The bench has no buffer called ${name}.`);
    return at;
  };
  const numbersOf = (args: readonly Arg[]) =>
    args.map((arg) => (typeof arg === 'number' ? arg : addressOf(arg.slice(1))));
  const call = (name: string, args: readonly Arg[]) => {
    const found = exports[name];
    if (!found) throw new Error(`The kernels have no export called ${name}.`);
    return found(...numbersOf(args));
  };
  /** The sum of the last repetition, and the time of all; a measure that eats its input gets it back before each. */
  const run: Engine['run'] = (round, reps, args, restore) => {
    if (!restore) {
      const start = nowNs();
      const sum = call(round, [...args, reps]);
      return { ns: nowNs() - start, sum: hex(sum) };
    }
    let ns = 0;
    let sum: number | bigint = 0;
    for (let rep = 0; rep < reps; rep++) {
      call('restore', restore);
      const start = nowNs();
      sum = call(round, [...args, 1]);
      ns += nowNs() - start;
    }
    return { ns, sum: hex(sum) };
  };
  return {
    run,
    reset(buffers) {
      names.clear();
      let top = (Number(exports['heapBase']?.()) + 4095) & ~4095;
      // The VMs of the product and its static regions stay out of the way of the bench.
      top += 1 << 20;
      for (const [name, bytes] of Object.entries(buffers)) {
        names.set(name, top);
        top += (bytes + SLACK_BYTES + 4095) & ~4095;
      }
      const missing = Math.ceil(top / WASM_PAGE) + 1 - memory.buffer.byteLength / WASM_PAGE;
      if (missing > 0) memory.grow(missing);
      for (const [name, bytes] of Object.entries(buffers)) view(addressOf(name), bytes + SLACK_BYTES).fill(0);
    },
    prepare(ops) {
      for (const { run: name, args } of ops) call(name, args);
    },
    hash: (name, bytes) => hex(call('hashOf', [`@${name}`, bytes])),
    rival(name, pages, reps) {
      const found: Rival | undefined = rivals[name];
      if (!found) throw new Error(`The bench has no rival called ${name}.`);
      return found({ view, addressOf, hash: (at, bytes) => hex(call('hashOf', [at, bytes])) }, pages, reps);
    },
    bytesOf: (name, bytes) => view(addressOf(name), bytes),
    migrate(request) {
      const kernels = exports as unknown as Kernels;
      return migrate(new WasmDataPlane(kernels), kernels, request);
    },
  };
}
