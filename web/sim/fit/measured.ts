/** A migration that somebody measured, whatever tool wrote it down. Null where the tool does not say. */
import { fail, type Problem, type Result } from '../../base/result.ts';

export const LOG_FORMATS = ['query-migrate', 'domjobinfo', 'cloud-hypervisor'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** At one instant: what had been sent, and what was left. */
export interface MeasuredSample {
  readonly atMs: number;
  readonly transferredBytes: number | null;
  readonly remainingBytes: number | null;
}

export interface Measured {
  readonly format: LogFormat;
  /** As the tool calls it; `completed` is the same everywhere. */
  readonly status: string;
  readonly totalMs: number | null;
  readonly setupMs: number;
  readonly downtimeMs: number | null;
  readonly transferredBytes: number | null;
  readonly remainingBytes: number | null;
  /** Memory of the guest as the tool counts it, and pages of it that are zero or constant. */
  readonly memoryBytes: number;
  readonly zeroPages: number;
  readonly pageBytes: number;
  /** Bitmap syncs, iterations. */
  readonly syncs: number | null;
  readonly bytesPerSecond: number | null;
  readonly dirtyPagesPerSecond: number | null;
  readonly samples: readonly MeasuredSample[];
}

export const problem = (message: string, path = 'log'): Problem => ({ code: 'fit.log', path, message });

export const refuse = (message: string, path?: string): Result<never, Problem[]> =>
  fail([problem(message, path)]);

/** A number within what memory and time can be; null for anything else. */
export function sane(value: unknown, most = Number.MAX_SAFE_INTEGER): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 && value <= most ? value : null;
}
