/**
 * T8: auto-converge of QEMU 2.6 against post-copy on a guest of 2 GB over 1GbE, whose workers dirty 512 MB each without pause. Not given
 * are how fast they write and what the system around them uses. Taken are 2 GB of pages a second (any rate from 1.5 to 4 GB a second
 * moves the times by less than 8 %, because the ladder of throttle steps decides them) and 300 MB. libvirt sets no cap.
 */
import { MIB, NS_PER_MS, NS_PER_SECOND, PAGE_BYTES } from '../../base/units.ts';
import { runEngine } from '../compare/index.ts';
import { TRACE_BOUNDS, WriteTrace } from '../compare/trace.ts';
import type { Given } from '../policy/parameters.ts';
import { check, type PublishedCheck } from './check.ts';

const SOURCE = 'auto-converge against post-copy, 2016';
const WORKER_BYTES = 512 * MIB;
const SYSTEM_BYTES = 300 * MIB;
const WRITTEN_BYTES_PER_SECOND = 2_000_000_000;
/** 1 Gbit/s less the headers of full Ethernet frames. */
const GBE_BYTES_PER_SECOND = 117_685_000;
const TOLERANCE = 0.1;

const LADDER = { 'auto-converge': true } as const;
const steps = (initial: number, increment: number): Given => ({
  ...LADDER,
  'cpu-throttle-initial': initial,
  'cpu-throttle-increment': increment,
});
const POST_COPY: Given = { 'postcopy-ram': true, 'postcopy-after-precopy': true };

type Row = readonly [title: string, workers: number, parameters: Given, seconds: number];

const ROWS: readonly Row[] = [
  ['2 workers, throttle 20 % + 10 %', 2, LADDER, 252.14],
  ['2 workers, throttle 30 % + 15 %', 2, steps(30, 15), 170.71],
  ['2 workers, throttle 50 % + 20 %', 2, steps(50, 20), 121.21],
  ['2 workers, post-copy after the first pass', 2, POST_COPY, 22.82],
  ['3 workers, throttle 50 % + 20 %', 3, steps(50, 20), 176.66],
  ['3 workers, post-copy after the first pass', 3, POST_COPY, 31.95],
  ['3 workers, throttle 20 % + 10 %', 3, LADDER, 374.01],
  ['3 workers, the same with a downtime limit of 1 s', 3, { ...LADDER, 'downtime-limit': 1_000 }, 350.12],
  ['3 workers, the same with a downtime limit of 5 s', 3, { ...LADDER, 'downtime-limit': 5_000 }, 225.36],
];

/** About 2^20 writes in all: entries of a MiB, which is fine enough for limits of 35 MB and more. */
function traceOf(workers: number): WriteTrace {
  const setBytes = workers * WORKER_BYTES;
  return new WriteTrace(
    {
      seed: 1,
      memoryBytes: 2048 * MIB,
      usedBytes: setBytes + SYSTEM_BYTES,
      content: { textPpm: 1_000_000, heapPpm: 0, randomPpm: 0 },
      phases: [
        {
          afterNs: 0,
          pattern: 'uniform',
          writesPerSecond: Math.round(WRITTEN_BYTES_PER_SECOND / PAGE_BYTES),
          workingSetBytes: setBytes,
          bytesPerWrite: PAGE_BYTES,
          hotWritesPpm: 0,
          hotPagesPpm: 1,
          zipfExponentMilli: 990,
        },
      ],
      vcpus: 1,
      deviceStateBytes: MIB,
      traceFaultNs: 0,
    },
    { ...TRACE_BOUNDS, mostWrites: 2 ** 20, horizonNs: 500 * NS_PER_SECOND },
  );
}

function seconds(trace: WriteTrace, parameters: Given): number {
  const link = {
    bytesPerSecond: GBE_BYTES_PER_SECOND,
    windowBytes: 16 * MIB,
    rttNs: NS_PER_MS / 5,
    timeoutNs: 100 * NS_PER_SECOND,
  };
  const run = runEngine('qemu-2.6', { 'max-bandwidth': 0, ...parameters }, trace, link);
  return run.ok && run.value.outcome === 'completed' ? run.value.totalNs / NS_PER_SECOND : Infinity;
}

export function autoConvergeChecks(): PublishedCheck[] {
  const traces = new Map([2, 3].map((workers) => [workers, traceOf(workers)]));
  const never = seconds(traces.get(2)!, {}) === Infinity;
  const title = '2 workers, no throttle: never ends (1 = not within 500 s)';
  return [
    check(['T8', title, '', Number(never), 1, 0, SOURCE]),
    ...ROWS.map(([name, workers, parameters, published]) =>
      check([
        'T8',
        name,
        's',
        seconds(traces.get(workers)!, parameters),
        published,
        TOLERANCE * published,
        SOURCE,
      ]),
    ),
  ];
}
