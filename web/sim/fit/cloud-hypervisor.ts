/**
 * Cloud Hypervisor's log of a migration, a line for each iteration: "Precopy: iter=0 total=6144MiB curr=6144MiB bw=1986.83MiB/s
 * transfer=3.09s overhead=0ms est_downtime=0ms elapsed=3.11s avg_bw=1975.41MiB/s" (its pull request 7799, 2026).
 */
import { ok, type Problem, type Result } from '../../base/result.ts';
import { refuse, sane, type Measured } from './measured.ts';

const MIB = 1_048_576;
const UNITS: Readonly<Record<string, number>> = {
  ...{ B: 1, KiB: 1_024, MiB: MIB, GiB: 1_024 * MIB, 'MiB/s': MIB, 'GiB/s': 1_024 * MIB, 'KiB/s': 1_024 },
  ...{ ms: 1, s: 1_000 },
};

interface Iteration {
  readonly total: number;
  readonly curr: number;
  readonly elapsedMs: number;
  readonly bandwidth: number;
}

export function readCloudHypervisor(text: string): Result<Measured, Problem[]> {
  const iterations: Iteration[] = [];
  for (const [at, line] of text.split('\n').entries()) {
    if (!line.includes('Precopy: iter=')) continue;
    const found = iterationOf(line);
    if (!found)
      return refuse(
        `Line ${at + 1} begins like an iteration, but total, curr or elapsed cannot be read.`,
        `line ${at + 1}`,
      );
    iterations.push(found);
  }
  const [first, ...others] = iterations;
  const last = iterations.at(-1);
  if (!first || !last)
    return refuse(
      'No line reads "Precopy: iter=...": run Cloud Hypervisor with -vv, so that it logs its iterations.',
    );
  const downtime = /downtime[=: ]+([\d.]+)(ms|s)\b/i.exec(
    text.slice(text.lastIndexOf('Precopy:')).replace(/est_downtime=\S+/, ''),
  );
  return ok({
    format: 'cloud-hypervisor',
    status: downtime ? 'completed' : 'active',
    totalMs: last.elapsedMs,
    setupMs: 0,
    downtimeMs: downtime ? sane(Number(downtime[1]) * (UNITS[downtime[2] as string] ?? NaN)) : null,
    transferredBytes: last.total,
    remainingBytes: null,
    memoryBytes: first.curr,
    zeroPages: 0,
    pageBytes: 4_096,
    syncs: iterations.length,
    bytesPerSecond: last.bandwidth,
    dirtyPagesPerSecond: null,
    // What an iteration sends was left when the one before it ended.
    samples: [
      { atMs: 0, transferredBytes: 0, remainingBytes: first.curr },
      ...others.map((one, at) => {
        const before = iterations[at] as Iteration;
        return { atMs: before.elapsedMs, transferredBytes: before.total, remainingBytes: one.curr };
      }),
    ],
  });
}

function iterationOf(line: string): Iteration | null {
  const value = (name: string): number | null => {
    const [, digits, unit] = new RegExp(`\\b${name}=([\\d.]+)([A-Za-z/]+)`).exec(line) ?? [];
    return digits && unit ? sane(Number(digits) * (UNITS[unit] ?? NaN)) : null;
  };
  const [total, curr, elapsedMs] = [value('total'), value('curr'), value('elapsed')];
  if (total === null || curr === null || elapsedMs === null || elapsedMs === 0) return null;
  return { total, curr, elapsedMs, bandwidth: value('avg_bw') ?? value('bw') ?? (total * 1_000) / elapsedMs };
}
