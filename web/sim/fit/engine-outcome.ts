/** A run of an engine as a log would tell of it. */
import { NS_PER_MS } from '../../base/units.ts';
import type { EngineRun } from '../compare/engine-run.ts';
import type { Outcome } from './fit.ts';
import type { Measured } from './measured.ts';

/** QEMU and libvirt count the one with the guest stopped as well. */
const LAST_SYNC = 1;

/** @param measured one that did not end is held against the run at the same instant. */
export function outcomeOf(run: EngineRun, measured: Measured): Outcome {
  const untilMs = measured.status === 'completed' ? Infinity : (measured.totalMs ?? Infinity);
  const totalMs = Math.min(run.totalNs / NS_PER_MS, untilMs);
  const before = run.rounds.filter(({ startNs }) => startNs / NS_PER_MS < untilMs);
  return {
    totalMs,
    transferredBytes: untilMs === Infinity ? run.wireBytes : sentBy(run, untilMs),
    downtimeMs: run.outcome === 'completed' && untilMs === Infinity ? run.downtimeNs / NS_PER_MS : null,
    syncs: before.length + (measured.format !== 'cloud-hypervisor' && untilMs === Infinity ? LAST_SYNC : 0),
    remainingAt: (atMs) => remainingAt(run, atMs),
  };
}

function sentBy(run: EngineRun, untilMs: number): number {
  let sent = 0;
  for (const { startNs, endNs, wireBytes } of run.rounds) {
    const [start, end] = [startNs / NS_PER_MS, endNs / NS_PER_MS];
    if (start >= untilMs) break;
    sent += wireBytes * (end <= untilMs || end === start ? 1 : (untilMs - start) / (end - start));
  }
  return sent;
}

/** Straight between the ends of the engine's windows. */
function remainingAt({ samples }: EngineRun, atMs: number): number {
  const at = samples.findIndex(({ tNs }) => tNs / NS_PER_MS >= atMs);
  if (at < 0) return samples.at(-1)?.remainingBytes ?? 0;
  const here = samples[at]!;
  const before = samples[at - 1];
  if (!before) return here.remainingBytes;
  const [from, to] = [before.tNs / NS_PER_MS, here.tNs / NS_PER_MS];
  const share = to > from ? (atMs - from) / (to - from) : 1;
  return before.remainingBytes + (here.remainingBytes - before.remainingBytes) * share;
}
