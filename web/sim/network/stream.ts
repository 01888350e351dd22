/**
 * What caps the streams of one migration, before links are shared. Every function is pure and takes and gives whole bytes per second;
 * `Infinity` means that this limit does not bind. Shares of a core are parts per million: 1_000_000 is one core.
 */
import { mulDivFloor, NS_PER_SECOND, PPM, type Bytes, type BytesPerSecond } from '../../base/units.ts';
import type { Ns, Ppm } from '../../base/units.ts';
import { ESX_VERSIONS, type EsxVersion } from '../../scenario/choices.ts';

const GBE: BytesPerSecond = 125_000_000;

/**
 * The thread that feeds one stream fills a core at about 15 Gbit/s (VMware, "How to Tune vMotion for Lower Migration Times", 2019;
 * Hagoort, "Auto-Tuning vMotion Streams", 2021).
 */
export const HELPER_BYTES_PER_SECOND: BytesPerSecond = 15 * GBE;

/** A migration over a long distance needs this much of the line for itself (vSphere 6.0 manual): 250 Mbit/s. */
export const SESSION_BYTES_PER_SECOND: BytesPerSecond = 31_250_000;

/** Window of a stream on hosts that do not adapt it to the distance (Epping, "vSphere 5 Metro vMotion", 2011). */
export const STANDARD_WINDOW_BYTES: Bytes = 500_000;

export function atLeast(version: EsxVersion, least: EsxVersion): boolean {
  return ESX_VERSIONS.indexOf(version) >= ESX_VERSIONS.indexOf(least);
}

/** One stream has at most one window on its way: window / RTT. 0.5 MB at 10 ms are 50 MB/s, 1.25 MB are 125 MB/s. */
export function windowLimit(windowBytes: Bytes, rttNs: Ns): BytesPerSecond {
  return rttNs === 0 ? Infinity : mulDivFloor(windowBytes, NS_PER_SECOND, rttNs);
}

/** The window one stream needs to fill a line: rate x RTT, rounded up. */
export function windowFor(bytesPerSecond: BytesPerSecond, rttNs: Ns): Bytes {
  return Math.ceil((bytesPerSecond / NS_PER_SECOND) * rttNs);
}

/**
 * Loss makes TCP halve its window: rate <= MSS / RTT x 1.22 / sqrt(p) (Mathis, Semke, Mahdavi, Ott, "The macroscopic behavior of the
 * TCP congestion avoidance algorithm", 1997). Loss of everything gives 0.
 */
export function lossLimit(segmentBytes: Bytes, rttNs: Ns, lossPpm: Ppm): BytesPerSecond {
  if (lossPpm >= PPM) return 0;
  if (lossPpm === 0 || rttNs === 0) return Infinity;
  return Math.floor(((segmentBytes * NS_PER_SECOND) / rttNs) * (1.22 / Math.sqrt(lossPpm / PPM)));
}

/**
 * Streams of one VMkernel adapter: one before 7.0 U2; from then on as many helpers as its line needs. That rule gives 2 for 25GbE, 3 for
 * 40GbE and 7 for 100GbE; these counts are remembered from the field, not read in a manual.
 */
export function streamsOf(version: EsxVersion, lineBytesPerSecond: BytesPerSecond): number {
  if (!atLeast(version, '7.0U2')) return 1;
  return Math.max(1, Math.ceil(lineBytesPerSecond / HELPER_BYTES_PER_SECOND));
}

/** What the helpers of one adapter move at most. The older of the two hosts decides the number of streams. */
export function helperLimit(version: EsxVersion, lineBytesPerSecond: BytesPerSecond): BytesPerSecond {
  return streamsOf(version, lineBytesPerSecond) * HELPER_BYTES_PER_SECOND;
}

/**
 * CPU set aside on a host for all its migrations together: 10 % of a core for each NIC below 10 Gbit/s, at least 30 %, and a whole core
 * for each 10GbE NIC (Denneman, "Calculating the bandwidth usage and duration of a vMotion process", 2012). Our choice for what is
 * faster than the sources knew: a core for each full 10 Gbit/s of the line.
 */
export function cpuReservePpm(nicBytesPerSecond: readonly BytesPerSecond[]): Ppm {
  if (nicBytesPerSecond.length === 0) return 0;
  const shares = nicBytesPerSecond.map((line) =>
    line < 10 * GBE ? PPM / 10 : Math.floor(line / (10 * GBE)) * PPM,
  );
  return Math.max(
    (3 * PPM) / 10,
    shares.reduce((sum, share) => sum + share, 0),
  );
}

/** A host that grants less CPU than it should moves less, in proportion (our choice: the sources give the reserve, not the loss). */
export function cpuLimit(
  lineBytesPerSecond: BytesPerSecond,
  grantedPpm: Ppm,
  reservePpm: Ppm,
): BytesPerSecond {
  return grantedPpm >= reservePpm ? Infinity : mulDivFloor(lineBytesPerSecond, grantedPpm, reservePpm);
}

/** Migrations a long line carries at once with what each of them needs; the next one waits. */
export function sessionsOn(lineBytesPerSecond: BytesPerSecond): number {
  return Math.floor(lineBytesPerSecond / SESSION_BYTES_PER_SECOND);
}

/** Frames carry IP and TCP headers with time stamps inside the MTU, and Ethernet with preamble and gap around it. */
const HEADERS_IN_MTU: Bytes = 20 + 32;
const AROUND_FRAME: Bytes = 14 + 4 + 8 + 12;

export interface MtuEffect {
  /** TCP payload of a full frame: the smaller end decides, as both tell theirs when they connect. */
  readonly segmentBytes: Bytes;
  /** Share of the line that reaches the pages: 941,482 at MTU 1500, 990,042 at 9000. 0 where full frames are lost. */
  readonly goodputPpm: Ppm;
  /** The ends differ: vCenter warns, the migration works. */
  readonly endsDiffer: boolean;
  /**
   * A switch or line between the ends passes less than the ends send: the connection opens with small frames, the first full one never
   * arrives, and the migration ends by its time-out.
   */
  readonly fullFramesLost: boolean;
}

/** @param between MTUs of the switches and lines on the way. vMotion forbids fragments, so the narrowest must pass a whole frame. */
export function mtuEffect(sourceMtu: Bytes, targetMtu: Bytes, between: readonly Bytes[]): MtuEffect {
  const mtu = Math.min(sourceMtu, targetMtu);
  const segmentBytes = mtu - HEADERS_IN_MTU;
  const fullFramesLost = between.some((most) => most < mtu);
  return {
    segmentBytes,
    goodputPpm: fullFramesLost ? 0 : mulDivFloor(segmentBytes, PPM, mtu + AROUND_FRAME),
    endsDiffer: sourceMtu !== targetMtu,
    fullFramesLost,
  };
}

/** The limits of one stream group: what one adapter of the source sends to one of the target. */
export const STREAM_LIMITS = ['line', 'window', 'loss', 'helper', 'cpu'] as const;
export type StreamLimit = (typeof STREAM_LIMITS)[number];

export interface StreamPath {
  /** The slower of the two NICs. */
  readonly lineBytesPerSecond: BytesPerSecond;
  readonly goodputPpm: Ppm;
  readonly windowBytes: Bytes;
  readonly rttNs: Ns;
  readonly lossPpm: Ppm;
  readonly segmentBytes: Bytes;
  /** The older of the two hosts. */
  readonly version: EsxVersion;
  /** CPU the hosts grant and should grant for this adapter; equal where nothing is short. */
  readonly grantedPpm: Ppm;
  readonly reservePpm: Ppm;
}

export interface StreamCap {
  readonly bytesPerSecond: BytesPerSecond;
  /** The limit that binds; the first in the order of STREAM_LIMITS among equals. */
  readonly because: StreamLimit;
  readonly streams: number;
}

/** What one adapter can send at most, and why. Each stream has a window and suffers loss of its own, so these grow with the streams. */
export function streamCap(path: StreamPath): StreamCap {
  const { lineBytesPerSecond: line, rttNs } = path;
  const streams = streamsOf(path.version, line);
  const limits: Record<StreamLimit, BytesPerSecond> = {
    line: mulDivFloor(line, path.goodputPpm, PPM),
    window: streams * windowLimit(path.windowBytes, rttNs),
    loss: streams * lossLimit(path.segmentBytes, rttNs, path.lossPpm),
    helper: streams * HELPER_BYTES_PER_SECOND,
    cpu: cpuLimit(line, path.grantedPpm, path.reservePpm),
  };
  const because = STREAM_LIMITS.reduce((least, one) => (limits[one] < limits[least] ? one : least));
  return { bytesPerSecond: limits[because], because, streams };
}
