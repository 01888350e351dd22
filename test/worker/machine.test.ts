import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { SLOW_MACHINE } from '../../web/sim/cost.ts';
import { measureMachine } from '../../web/worker/machine.ts';
import { WasmDataPlane } from '../../web/worker/wasm-data-plane.ts';
import { instantiateKernels } from '../../web/worker/wasm.ts';

const wasmFile = new URL('../../assembly/build/vmotion.wasm', import.meta.url);
const plane = async () => new WasmDataPlane(await instantiateKernels(new Uint8Array(readFileSync(wasmFile))));

test('three figures within the bounds of what a machine can be', async () => {
  const { pagesPerSecond, writesPerSecond, mostSeconds } = measureMachine(await plane(), () =>
    performance.now(),
  );
  for (const fidelity of ['byte-exact', 'page-exact'] as const) {
    expect(pagesPerSecond[fidelity]).toBeGreaterThanOrEqual(SLOW_MACHINE.pagesPerSecond[fidelity] / 3);
    expect(pagesPerSecond[fidelity]).toBeLessThanOrEqual(SLOW_MACHINE.pagesPerSecond[fidelity] * 100);
  }
  expect(writesPerSecond).toBeGreaterThanOrEqual(SLOW_MACHINE.writesPerSecond / 3);
  expect(mostSeconds).toBe(SLOW_MACHINE.mostSeconds);
});

test('a clock that moves in coarse steps gives no figure beyond them', async () => {
  let calls = 0;
  // Stands still for seven of eight looks, as a browser's clock does that protects its readers.
  const machine = measureMachine(await plane(), () => Math.floor(calls++ / 8) * 16);
  expect(machine.pagesPerSecond['byte-exact']).toBeLessThanOrEqual(
    SLOW_MACHINE.pagesPerSecond['byte-exact'] * 100,
  );
  expect(Number.isFinite(machine.writesPerSecond)).toBe(true);
});
