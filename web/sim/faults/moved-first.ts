/**
 * Engines that let the guest run at the target before all of its memory is there (post-copy, quick resume), under faults: an outage pauses
 * both sides and they recover; a side that is lost while it holds pages the other lacks loses the guest, and the run says so.
 */
import { NS_PER_MS, NS_PER_SECOND, PAGE_BYTES, PPM, type Ns } from '../../base/units.ts';
import { Prng } from '../../base/prng.ts';
import { assert } from '../../base/result.ts';
import type { EngineFault, EngineRun } from '../compare/engine-run.ts';
import { runEngine } from '../compare/index.ts';
import { WriteTrace } from '../compare/trace.ts';
import type { Given } from '../policy/parameters.ts';
import type { Violation } from './properties.ts';

const ENGINES: readonly (readonly [string, Given])[] = [
  ['esx-4', {}],
  ['esxi-8', { quickResume: true, sdps: false }],
  ['qemu-7.2', { 'postcopy-ram': true, 'postcopy-after-precopy': true }],
  ['qemu-9.2', { 'postcopy-ram': true, 'postcopy-preempt': true, 'postcopy-after-precopy': true }],
  ['cloud-hypervisor', { memory_mode: 'postcopy' }],
];

/** Draws of their own. */
const LOTS = 0x90_57c0;
const HORIZON_NS = 120 * NS_PER_SECOND;
const SPAN_MS = 8_000;

export interface MovedFirst {
  readonly engine: string;
  readonly faults: readonly EngineFault[];
  readonly run: EngineRun;
}

/** The move of one seed; the same each time it is asked for. */
export function moveFirst(seed: number): MovedFirst {
  const random = new Prng(seed ^ LOTS);
  const [engine, parameters] = random.pick(ENGINES);
  const usedPages = random.between(200, 2_000);
  const trace = new WriteTrace(
    {
      ...{
        seed,
        memoryBytes: usedPages * PAGE_BYTES,
        usedBytes: usedPages * PAGE_BYTES,
        vcpus: random.between(1, 4),
      },
      content: { textPpm: 0, heapPpm: 0, randomPpm: PPM - random.between(0, 3) * 100_000 },
      phases: [
        {
          ...{ afterNs: 0, pattern: random.pick(['uniform', 'sweep', 'hot-cold'] as const) },
          writesPerSecond: random.between(100, 8_000),
          workingSetBytes: random.between(50, usedPages) * PAGE_BYTES,
          ...{ bytesPerWrite: 64, hotWritesPpm: 900_000, hotPagesPpm: 100_000, zipfExponentMilli: 990 },
        },
      ],
      ...{ deviceStateBytes: random.between(0, 4) * 100_000, traceFaultNs: 2_000 },
    },
    { mostEntries: 2 ** 20, mostWrites: 2 ** 22, keptWrites: 2 ** 20, horizonNs: HORIZON_NS },
  );
  const link = {
    ...{ bytesPerSecond: random.between(2, 8) * 1_000_000, windowBytes: 1 << 24, rttNs: 200_000 },
    timeoutNs: 20 * NS_PER_SECOND,
  };
  const faults = Array.from({ length: random.between(0, 3) }, () => faultOf(random));
  const result = runEngine(engine, parameters, trace, link, { faults });
  assert(result.ok, 'engines and parameters of this list go together');
  return { engine, faults, run: result.value };
}

function faultOf(random: Prng): EngineFault {
  const kind = random.pick(['network-down', 'network-down', 'source-lost', 'target-lost'] as const);
  const atNs = random.between(0, SPAN_MS) * NS_PER_MS + random.below(NS_PER_MS);
  return {
    atNs,
    kind,
    durationNs: kind === 'network-down' ? random.between(1, 60) * (NS_PER_SECOND / 10) : 0,
  };
}

/** What must hold of it whatever fails. @param again the same seed, run a second time. */
export function movedFirstViolations({ faults, run }: MovedFirst, again: EngineRun): Violation[] {
  const violations: Violation[] = [];
  const broken = (property: Violation['property'], atNs: Ns) => violations.push({ property, atNs });
  const isLost = faults.some(({ kind, atNs }) => kind !== 'network-down' && atNs <= run.totalNs);
  const isNowhere = run.runsOn === 'nowhere';
  if (isNowhere !== (run.outcome === 'guest-lost') || (isNowhere && !isLost))
    broken('executes-unless-stunned-or-down', run.totalNs);
  if (run.outcome === 'completed' && (run.runsOn !== 'target' || run.pagesDifferent > 0))
    broken('memory-is-equal', run.totalNs);
  const { postCopy } = run;
  if (
    run.outcome === 'completed' &&
    postCopy &&
    postCopy.remoteFaults + postCopy.pushedPages !== postCopy.missingPages
  )
    broken('memory-is-equal', run.totalNs);
  if (run.outcome === 'unfinished' && run.totalNs < HORIZON_NS) broken('every-task-ends', run.totalNs);
  if (JSON.stringify(run) !== JSON.stringify(again)) broken('replays-identically', 0);
  return violations;
}
