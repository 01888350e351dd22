/**
 * Published formulas for the time of a live migration, as their authors state them, to be held against page-level answers.
 * Amounts in bytes, rates in bytes per second, times in seconds unless a name says otherwise.
 */
const MB = 1_000_000;

export interface GeometricInput {
  readonly memoryBytes: number;
  readonly bytesPerSecond: number;
  /** Constant rate of newly dirty bytes. */
  readonly dirtyBytesPerSecond: number;
  /** Dirty memory never exceeds it; Infinity for the plain model. */
  readonly workingSetBytes: number;
  readonly goalSeconds: number;
  readonly deviceStateBytes: number;
}

export interface GeometricAnswer {
  /** What each round sends, the switchover last. Empty where it never ends. */
  readonly roundBytes: readonly number[];
  readonly totalSeconds: number;
  readonly downtimeSeconds: number;
  readonly totalBytes: number;
}

const MOST_ROUNDS = 1_000;

/** V0 = M, V(k+1) = min(W, d V(k) / B), until V(n) / B is within the goal (Liu 2011 and others). Null where it never is. */
export function geometric(input: GeometricInput): GeometricAnswer | null {
  const { bytesPerSecond: rate, dirtyBytesPerSecond: dirty } = input;
  const roundBytes = [input.memoryBytes];
  while ((roundBytes.at(-1) as number) / rate > input.goalSeconds) {
    const last = roundBytes.at(-1) as number;
    const next = Math.min(input.workingSetBytes, (dirty * last) / rate);
    if (roundBytes.length >= MOST_ROUNDS || (next >= last && next / rate > input.goalSeconds)) return null;
    roundBytes.push(next);
  }
  const totalBytes = roundBytes.reduce((sum, bytes) => sum + bytes, 0) + input.deviceStateBytes;
  const downtimeSeconds = ((roundBytes.at(-1) as number) + input.deviceStateBytes) / rate;
  return { roundBytes, totalBytes, totalSeconds: totalBytes / rate, downtimeSeconds };
}

/** CloudSim 3 to 7 (PowerDatacenter): RAM in MB over half of the target's bandwidth, bits to bytes. No dirty pages, no downtime. */
export function cloudSimSeconds(ramMb: number, bandwidthMbitPerSecond: number): number {
  return ramMb / (bandwidthMbitPerSecond / (2 * 8));
}

/** CloudSim Plus 8.5 (DatacenterSimple): allocated RAM over half of the target's bandwidth, in MB and MB/s. */
export function cloudSimPlusSeconds(allocatedRamMb: number, bandwidthMbPerSecond: number): number {
  return allocatedRamMb / (0.5 * bandwidthMbPerSecond);
}

export interface MvmInput {
  readonly memoryMb: number;
  /** Largest bandwidth of the path in Mbit/s; a ninth of it carries memory, in MB/s. */
  readonly bandwidthMbitPerSecond: number;
  /** Hot set, dirtied within `hotSeconds`; cold pages at a constant rate. The idle defaults of the authors. */
  readonly hotMb?: number;
  readonly hotSeconds?: number;
  readonly coldMbPerSecond?: number;
}

/** mVM (BtrPlace; Kherbache, Hermenier, Madelaine, TCC 2017). */
export function mvmSeconds(input: MvmInput): number {
  const { hotMb = 5, hotSeconds = 2, coldMbPerSecond = 0 } = input;
  const rate = input.bandwidthMbitPerSecond / 9;
  const first = input.memoryMb / rate;
  const hotRate = hotMb / hotSeconds;
  if (first <= hotSeconds) return first + (hotRate * first) / (rate - hotRate);
  const cold = (hotMb + (first - hotSeconds) * coldMbPerSecond) / (rate - coldMbPerSecond);
  return first + cold + (hotMb / rate) * (hotRate / (rate - hotRate));
}

/** Constants of SimGrid's LV08 network model, and its share for the way back. */
const LV08 = { bandwidthFactor: 0.97, latencyFactor: 13.01, crossTraffic: 1.05 };

/**
 * SimGrid's transfer of `moves` equal migrations over one path: n S / (B 0.97 / 1.05) + messages x 13.01 x latency. The example
 * "cloud migration" on small_platform.xml sends three messages over 8.158 MB/s with 1.976025 ms of latency.
 */
export function simGridSeconds(
  bytes: number,
  moves: number,
  path = { bytesPerSecond: 8.158 * MB, latencySeconds: 0.001_976_025, messages: 3 },
): number {
  const rate = (path.bytesPerSecond * LV08.bandwidthFactor) / LV08.crossTraffic;
  return (moves * bytes) / rate + path.messages * LV08.latencyFactor * path.latencySeconds;
}

export interface SimGridPluginInput {
  readonly memoryBytes: number;
  readonly bytesPerSecond: number;
  /** Share of the migration speed at which memory gets dirty while the guest computes at full speed. */
  readonly intensity: number;
}

/** SimGrid's plugin: rounds until what remains is within 30 ms at the bandwidth of the last; at most 90 % of RAM dirty. Null where never. */
export function simGridPlugin({
  memoryBytes,
  bytesPerSecond,
  intensity,
}: SimGridPluginInput): GeometricAnswer | null {
  return geometric({
    memoryBytes,
    bytesPerSecond,
    dirtyBytesPerSecond: intensity * bytesPerSecond,
    workingSetBytes: 0.9 * memoryBytes,
    goalSeconds: 0.03,
    deviceStateBytes: 0,
  });
}

/** Signed error of a prediction, as a share of what really happened. */
export function relativeError(predicted: number, actual: number): number {
  return (predicted - actual) / actual;
}
