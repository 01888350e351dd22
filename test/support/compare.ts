// Traces for tests of the engines side by side: small VMs with few words.
import { MIB, NS_PER_SECOND, PAGE_BYTES } from '../../web/base/units.ts';
import type { EngineFault, EngineRun } from '../../web/sim/compare/engine-run.ts';
import { runEngine } from '../../web/sim/compare/index.ts';
import type { CompareLink } from '../../web/sim/compare/link.ts';
import { WriteTrace, TRACE_BOUNDS, type TraceBounds, type TraceSpec } from '../../web/sim/compare/trace.ts';
import type { Given } from '../../web/sim/policy/parameters.ts';
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

/** 4 MB/s, a fifth of a millisecond away. */
export const compareLink = (over: Partial<CompareLink> = {}): CompareLink => ({
  bytesPerSecond: 4_000_000,
  windowBytes: 16 * MIB,
  rttNs: 200_000,
  timeoutNs: 20 * NS_PER_SECOND,
  ...over,
});

/** Runs an engine that must not refuse. */
export function ran(
  profile: string,
  trace: WriteTrace,
  parameters: Given = {},
  link: CompareLink = compareLink(),
  faults: readonly EngineFault[] = [],
): EngineRun {
  const run = runEngine(profile, parameters, trace, link, { faults });
  if (!run.ok) throw new Error(JSON.stringify(run.error));
  return run.value;
}
