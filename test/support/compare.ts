// Traces for tests of the engines side by side: small VMs with few words.
import { MIB, PAGE_BYTES } from '../../web/base/units.ts';
import { WriteTrace, TRACE_BOUNDS, type TraceBounds, type TraceSpec } from '../../web/sim/compare/trace.ts';
import { phaseOf } from './precopy.ts';

/** 2048 pages, all used, a fifth of them zero; 2,000 writes a second over 512 pages. */
export const traceSpec = (over: Partial<TraceSpec> = {}): TraceSpec => ({
  seed: 1,
  memoryBytes: 2048 * PAGE_BYTES,
  usedBytes: 2048 * PAGE_BYTES,
  content: { textPpm: 350_000, heapPpm: 350_000, randomPpm: 100_000 },
  phases: [phaseOf({ writesPerSecond: 2_000 })],
  vcpus: 2,
  deviceStateBytes: MIB,
  traceFaultNs: 0,
  ...over,
});

export const traceOf = (over: Partial<TraceSpec> = {}, bounds: Partial<TraceBounds> = {}): WriteTrace =>
  new WriteTrace(traceSpec(over), { ...TRACE_BOUNDS, ...bounds });
