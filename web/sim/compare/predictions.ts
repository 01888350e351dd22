/**
 * What the published formulas say about a move, held against what an engine really sent. Their inputs come from the same trace: the
 * dirty rate is distinct pages over one second, as QEMU's calc-dirty-rate takes it, the working set is distinct pages over the time one
 * pass takes, and mVM's hot set is what is dirtied within its two seconds.
 */
import { NS_PER_SECOND, type Bytes, type BytesPerSecond, type Ns } from '../../base/units.ts';
import {
  cloudSimPlusSeconds,
  cloudSimSeconds,
  geometric,
  mvmSeconds,
  relativeError,
  simGridPlugin,
} from '../baselines/index.ts';
import type { EngineRun } from './engine-run.ts';
import type { WriteTrace } from './trace.ts';

const MB = 1_000_000;
const HOT_SECONDS = 2;

export interface Prediction {
  readonly id: string;
  readonly name: string;
  /** What the formula leaves out is null; all three are where it says the move never ends. */
  readonly totalSeconds: number | null;
  readonly downtimeSeconds: number | null;
  readonly totalBytes: Bytes | null;
}

/** Signed, as a share of what happened; null where there is nothing to compare. */
export interface PredictionErrors {
  readonly total: number | null;
  readonly downtime: number | null;
  readonly bytes: number | null;
}

/** Distinct memory written in the first `guestNs`. */
export function writtenBytes(trace: WriteTrace, guestNs: Ns): Bytes {
  const seen = new Uint8Array(trace.entries);
  let entries = 0;
  trace.reader().until(guestNs, {
    apply: (pages, from, to) => {
      for (let at = from; at < to; at++) {
        entries += 1 - seen[pages[at]!]!;
        seen[pages[at]!] = 1;
      }
      return to;
    },
  });
  return entries * trace.entryBytes;
}

/** Each formula for a move of this trace's memory at `bytesPerSecond`; `goalSeconds` where a formula has a goal. */
export function predictions(
  trace: WriteTrace,
  bytesPerSecond: BytesPerSecond,
  goalSeconds: number,
): Prediction[] {
  const memoryBytes = trace.spec.usedBytes;
  const passNs = Math.ceil((memoryBytes / bytesPerSecond) * NS_PER_SECOND);
  const dirtyBytesPerSecond = writtenBytes(trace, NS_PER_SECOND);
  const workingSetBytes = writtenBytes(trace, Math.min(passNs, trace.bounds.horizonNs));
  const series = geometric({
    memoryBytes,
    bytesPerSecond,
    dirtyBytesPerSecond,
    workingSetBytes,
    goalSeconds,
    deviceStateBytes: trace.spec.deviceStateBytes,
  });
  const plugin = simGridPlugin({
    memoryBytes,
    bytesPerSecond,
    intensity: dirtyBytesPerSecond / bytesPerSecond,
  });
  const half = { downtimeSeconds: null, totalBytes: memoryBytes };
  const mbit = (bytesPerSecond * 8) / MB;
  return [
    named('geometric', 'Geometric series', series),
    named('simgrid', "SimGrid's plugin", plugin),
    mvm(trace, bytesPerSecond, workingSetBytes),
    { id: 'cloudsim', name: 'CloudSim', totalSeconds: cloudSimSeconds(memoryBytes / MB, mbit), ...half },
    {
      id: 'cloudsim-plus',
      name: 'CloudSim Plus',
      totalSeconds: cloudSimPlusSeconds(memoryBytes / MB, bytesPerSecond / MB),
      ...half,
    },
  ];
}

function named(
  id: string,
  name: string,
  answer: { totalSeconds: number; downtimeSeconds: number; totalBytes: Bytes } | null,
): Prediction {
  return {
    id,
    name,
    totalSeconds: answer?.totalSeconds ?? null,
    downtimeSeconds: answer?.downtimeSeconds ?? null,
    totalBytes: answer?.totalBytes ?? null,
  };
}

/** The ninth of the bits that mVM lets carry memory, for the time it says; where writes outrun that it has no end. */
function mvm(trace: WriteTrace, bytesPerSecond: BytesPerSecond, workingSetBytes: Bytes): Prediction {
  const mbit = (bytesPerSecond * 8) / MB;
  const memoryMb = trace.spec.usedBytes / MB;
  const passSeconds = memoryMb / (mbit / 9);
  const hotMb = writtenBytes(trace, HOT_SECONDS * NS_PER_SECOND) / MB;
  const coldMb = Math.max(0, workingSetBytes / MB - hotMb);
  const coldMbPerSecond = passSeconds > HOT_SECONDS ? coldMb / (passSeconds - HOT_SECONDS) : 0;
  const ends = Math.max(hotMb / HOT_SECONDS, coldMbPerSecond) < mbit / 9;
  const totalSeconds = ends
    ? mvmSeconds({ memoryMb, bandwidthMbitPerSecond: mbit, hotMb, hotSeconds: HOT_SECONDS, coldMbPerSecond })
    : null;
  return {
    id: 'mvm',
    name: 'mVM',
    totalSeconds,
    downtimeSeconds: null,
    totalBytes: totalSeconds === null ? null : ((totalSeconds * mbit) / 9) * MB,
  };
}

/** Of a run that has ended; an unfinished one has no truth to hold a prediction against. */
export function errorsOf(prediction: Prediction, run: EngineRun): PredictionErrors {
  const against = (predicted: number | null, actual: number): number | null =>
    run.outcome === 'completed' && predicted !== null && actual > 0 ? relativeError(predicted, actual) : null;
  return {
    total: against(prediction.totalSeconds, run.totalNs / NS_PER_SECOND),
    downtime: against(prediction.downtimeSeconds, run.downtimeNs / NS_PER_SECOND),
    bytes: against(prediction.totalBytes, run.wireBytes),
  };
}
