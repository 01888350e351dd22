/**
 * Engines below each other on shared axes: what remains, what gets dirty against what is sent, and how fast the guest runs. Every row
 * has the same three pictures of the same spans, so that a line that is twice as high is twice as much.
 */
import { max } from 'd3-array';
import type { Bytes, BytesPerSecond, Ns, Ppm } from '../base/units.ts';
import { linearScale, ticksOf, type LinearScale } from './scale.ts';
import type { Measure } from './text.ts';

export interface CompareSample {
  readonly tNs: Ns;
  readonly dirtyBytesPerSecond: BytesPerSecond;
  readonly sendBytesPerSecond: BytesPerSecond;
  readonly remainingBytes: Bytes;
  readonly guestPpm: Ppm;
}

export interface CompareSeries {
  readonly samples: readonly CompareSample[];
  readonly totalNs: Ns;
  /** The guest stands still; null where it never did. */
  readonly stun: { readonly fromNs: Ns; readonly toNs: Ns } | null;
  /** It runs at the target without all of its memory. */
  readonly fetching: { readonly fromNs: Ns; readonly toNs: Ns } | null;
  /** False: it went on beyond what is drawn. */
  readonly ends: boolean;
}

export interface CompareInput {
  readonly series: readonly CompareSeries[];
  readonly width: number;
  readonly height: number;
  /** End of the time axis. */
  readonly endNs: Ns;
  readonly formatBytes: (bytes: Bytes) => string;
  readonly formatRate: (bytesPerSecond: BytesPerSecond) => string;
  readonly measure: Measure;
}

export interface Mark {
  readonly x: number;
  readonly width: number;
}

export interface CompareRow {
  readonly remaining: string;
  readonly dirty: string;
  readonly sent: string;
  readonly guest: string;
  readonly stun: Mark | null;
  readonly fetching: Mark | null;
  readonly endX: number;
}

export interface AxisTick {
  readonly at: number;
  readonly text: string;
}

export interface CompareLayout {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly times: readonly AxisTick[];
  readonly bytes: readonly AxisTick[];
  readonly rates: readonly AxisTick[];
  readonly speeds: readonly AxisTick[];
  readonly rows: readonly CompareRow[];
}

const PX = 11;
const GAP = 6;
const MILLION = 1_000_000;
const NS_PER_SECOND = 1_000_000_000;
/** Half a digit's height above the axis, so that the lowest label is not cut. */
const TOP = 8;
const LEAST_MARK = 2;

export function compareLayout(input: CompareInput): CompareLayout {
  const { series, width, height, endNs, formatBytes, formatRate, measure } = input;
  const all = series.flatMap((one) => drawn(one, endNs));
  const mostBytes = max(all, (one) => one.remainingBytes) || 1;
  const mostRate = max(all, (one) => Math.max(one.dirtyBytesPerSecond, one.sendBytesPerSecond)) || 1;
  const bottom = height - 4;
  const bytesScale = linearScale([0, mostBytes], [bottom, TOP]);
  const rateScale = linearScale([0, mostRate], [bottom, TOP]);
  const speedScale = linearScale([0, MILLION], [bottom, TOP]);
  const labels = [formatBytes(mostBytes), formatRate(mostRate), '100 %'];
  const left = Math.ceil(max(labels, (text) => measure(text, PX)) ?? 0) + GAP;
  const x = linearScale([0, endNs], [left, width - 1]);
  return {
    left,
    right: width - 1,
    top: TOP,
    bottom,
    times: timeTicks(endNs, x, width - left, measure),
    bytes: ends(mostBytes, bytesScale, formatBytes),
    rates: ends(mostRate, rateScale, formatRate),
    speeds: ends(MILLION, speedScale, (ppm) => `${Math.round(ppm / 10_000)} %`),
    rows: series.map((one) => rowOf(one, endNs, x, bytesScale, rateScale, speedScale)),
  };
}

/** Nothing and the most: what lies between can be judged against them. */
function ends(most: number, scale: LinearScale, format: (value: number) => string): AxisTick[] {
  return [
    { at: scale(0), text: '0' },
    { at: scale(most), text: format(most) },
  ];
}

function timeTicks(endNs: Ns, x: LinearScale, width: number, measure: Measure): AxisTick[] {
  const seconds = endNs / NS_PER_SECOND;
  const wide = measure('000 s', PX) + 12;
  const count = Math.max(1, Math.min(8, Math.floor(width / wide)));
  return ticksOf([0, seconds], count)
    .map(({ value, text }) => ({ at: x(value * NS_PER_SECOND), text: `${text} s` }))
    .filter((tick) => tick.at + measure(tick.text, PX) / 2 <= x(endNs) + 1);
}

function rowOf(
  series: CompareSeries,
  endNs: Ns,
  x: LinearScale,
  bytes: LinearScale,
  rate: LinearScale,
  speed: LinearScale,
): CompareRow {
  const samples = drawn(series, endNs);
  const clip = (tNs: Ns) => x(Math.min(tNs, endNs));
  const steps = (value: (one: CompareSample) => number, y: LinearScale) =>
    stepPath(samples, clip, (one) => y(value(one)));
  const mark = (span: { fromNs: Ns; toNs: Ns } | null): Mark | null => {
    if (!span || span.fromNs > endNs) return null;
    const from = clip(span.fromNs);
    return { x: from, width: Math.max(LEAST_MARK, clip(span.toNs) - from) };
  };
  return {
    remaining: linePath(samples, clip, (one) => bytes(one.remainingBytes)),
    dirty: steps((one) => one.dirtyBytesPerSecond, rate),
    sent: steps((one) => one.sendBytesPerSecond, rate),
    guest: steps((one) => one.guestPpm, speed),
    stun: mark(series.stun),
    fetching: mark(series.fetching),
    endX: clip(series.totalNs),
  };
}

/** Windows that begin before the axis ends. */
function drawn(series: CompareSeries, endNs: Ns): readonly CompareSample[] {
  return series.samples.filter((_, i) => i === 0 || (series.samples[i - 1]?.tNs ?? 0) < endNs);
}

const at = (value: number): string => String(Math.round(value * 10) / 10);

/** What remains is known at the end of each window. */
function linePath(
  samples: readonly CompareSample[],
  x: (tNs: Ns) => number,
  y: (one: CompareSample) => number,
): string {
  return samples.map((one, i) => `${i === 0 ? 'M' : 'L'}${at(x(one.tNs))} ${at(y(one))}`).join('');
}

/** Means hold for their whole window. */
function stepPath(
  samples: readonly CompareSample[],
  x: (tNs: Ns) => number,
  y: (one: CompareSample) => number,
): string {
  return samples
    .map((one, i) => {
      const from = i === 0 ? `M${at(x(0))} ${at(y(one))}` : `V${at(y(one))}`;
      return `${from}H${at(x(one.tNs))}`;
    })
    .join('');
}

/** The axis ends with the last engine that ends, a little later where others go on. */
export function axisEndNs(series: readonly CompareSeries[]): Ns {
  const ended = series.filter((one) => one.ends).map((one) => one.totalNs);
  const all = series.map((one) => one.totalNs);
  if (ended.length === 0) return Math.max(1, ...all);
  return ended.length === all.length ? Math.max(...ended) : Math.ceil(Math.max(...ended) * 1.15);
}

export interface PredictionMark {
  readonly x: number;
  /** Beyond the axis: an arrow stands at its end. */
  readonly beyond: boolean;
}

/** Predicted bytes on one axis with the actual: from nothing to twice what was really sent. */
export function predictionAxis(
  actualBytes: Bytes,
  predictedBytes: readonly (Bytes | null)[],
  width: number,
): { readonly actualX: number; readonly marks: readonly (PredictionMark | null)[] } {
  const x = linearScale([0, 2 * actualBytes], [0, width]);
  return {
    actualX: x(actualBytes),
    marks: predictedBytes.map((bytes) =>
      bytes === null ? null : { x: Math.min(width, x(bytes)), beyond: x(bytes) > width },
    ),
  };
}
