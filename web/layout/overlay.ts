/** A measured migration and the run that explains it on the same axes: memory left to send over time. */
import { line, scaleLinear } from 'd3';
import type { EngineRun } from '../sim/compare/engine-run.ts';
import type { Measured } from '../sim/fit/index.ts';

export interface Overlay {
  readonly mostMs: number;
  readonly mostBytes: number;
  readonly points: readonly { readonly x: number; readonly y: number }[];
  /** SVG path of the simulated run; empty while there is none. */
  readonly curve: string;
  /** Where the measured one ended; null where it never did. */
  readonly endX: number | null;
}

const NS_PER_MS = 1_000_000;

export function overlay(
  measured: Measured,
  best: { readonly run: EngineRun } | null,
  width: number,
  height: number,
): Overlay {
  const run = best?.run ?? null;
  const seen = measured.samples.flatMap(({ atMs, remainingBytes }) =>
    remainingBytes === null ? [] : [{ atMs, left: remainingBytes }],
  );
  const untilMs = measured.status === 'completed' ? Infinity : (measured.totalMs ?? Infinity);
  const drawn = (run?.samples ?? []).filter(({ tNs }) => tNs / NS_PER_MS <= untilMs);
  const mostMs = Math.max(
    1,
    measured.totalMs ?? 0,
    ...seen.map(({ atMs }) => atMs),
    (drawn.at(-1)?.tNs ?? 0) / NS_PER_MS,
  );
  const x = scaleLinear([0, mostMs], [0, width]);
  const y = scaleLinear([0, measured.memoryBytes], [height, 0]);
  const path = line<{ readonly ms: number; readonly left: number }>()
    .x(({ ms }) => x(ms))
    .y(({ left }) => y(Math.min(measured.memoryBytes, left)));
  const curve = drawn.map(({ tNs, remainingBytes }) => ({ ms: tNs / NS_PER_MS, left: remainingBytes }));
  return {
    ...{ mostMs, mostBytes: measured.memoryBytes },
    points: seen.map(({ atMs, left }) => ({ x: x(atMs), y: y(Math.min(measured.memoryBytes, left)) })),
    curve: path(curve) ?? '',
    endX: measured.status === 'completed' && measured.totalMs !== null ? x(measured.totalMs) : null,
  };
}
