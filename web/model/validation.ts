/** What the Validation page shows: each measured QEMU migration beside its prediction, and each published figure beside what is computed. */
import { NOT_REPRODUCIBLE, publishedChecks, type PublishedCheck } from '../sim/published/index.ts';
import compact from './validation-qemu.json' with { type: 'json' };

export { NOT_REPRODUCIBLE, publishedChecks, type PublishedCheck };

/** Quantities that were measured, each with its unit and how predictions are judged. */
export const QUANTITIES = {
  totalMs: { name: 'total time', unit: 'ms', error: 'relative' },
  downtimeMs: { name: 'downtime', unit: 'ms', error: 'absolute' },
  stopToResumeMs: { name: 'stop to resume', unit: 'ms', error: 'relative' },
  transferred: { name: 'transferred', unit: 'bytes', error: 'relative' },
  syncs: { name: 'bitmap syncs', unit: '', error: 'absolute' },
} as const;
export type Quantity = keyof typeof QUANTITIES;

export interface MeasuredRun {
  readonly id: string;
  readonly repeat: number;
  readonly kind: string;
  readonly qemu: string;
  /** Something else ran on the machine: not counted in the summary. */
  readonly disturbed: boolean;
  readonly outcome: { readonly predicted: string; readonly measured: string };
  /** Null where a run has no such number. */
  readonly predicted: Readonly<Record<Quantity, number | null>>;
  readonly measured: Readonly<Record<Quantity, number | null>>;
}

type Row = readonly (string | number | null)[];

export const measuredRuns: readonly MeasuredRun[] = (compact.rows as readonly Row[]).map(toRun);

export const qemuSummary = compact.summary;

export const KINDS: readonly string[] = [...new Set(measuredRuns.map(({ kind }) => kind))].sort();

function toRun(row: Row): MeasuredRun {
  const at = (column: string) => row[compact.columns.indexOf(column)] ?? null;
  const numbers = (side: 'predicted' | 'measured') =>
    Object.fromEntries(
      Object.keys(QUANTITIES).map((name) => {
        const value = at(`${side}.${name}`);
        return [name, typeof value === 'number' ? value : null];
      }),
    ) as Record<Quantity, number | null>;
  return {
    id: String(at('id')),
    repeat: Number(at('repeat')),
    kind: String(at('kind')),
    qemu: String(at('qemu')),
    disturbed: at('disturbed') === 1,
    outcome: { predicted: String(at('predicted.outcome')), measured: String(at('measured.outcome')) },
    predicted: numbers('predicted'),
    measured: numbers('measured'),
  };
}

/** Predicted against measured: a share of the measured, or the plain difference. Null where one of them is missing. */
export function errorOf(run: MeasuredRun, quantity: Quantity): number | null {
  const [predicted, measured] = [run.predicted[quantity], run.measured[quantity]];
  if (predicted === null || measured === null) return null;
  return QUANTITIES[quantity].error === 'absolute'
    ? predicted - measured
    : (predicted - measured) / Math.max(1e-9, measured);
}

/** How far apart repeats of one configuration were measured: no prediction can be closer to all of them. */
export function noiseOf(run: MeasuredRun, quantity: Quantity): readonly [number, number] | null {
  const values = measuredRuns
    .filter(({ id, disturbed }) => id === run.id && !disturbed)
    .flatMap(({ measured }) => (measured[quantity] === null ? [] : [measured[quantity]]));
  return values.length > 1 ? [Math.min(...values), Math.max(...values)] : null;
}
