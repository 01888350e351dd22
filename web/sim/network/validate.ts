/** Holds the fluid model against finish times found elsewhere. */
import type { SharingCase } from './case-file.ts';
import { finishSeconds } from './fluid.ts';

export interface CaseAnswer {
  readonly id: string | number;
  readonly finishSeconds: readonly (number | null)[];
}

export interface Verdict {
  readonly cases: number;
  readonly flows: number;
  /** The largest error of a finish time as a share of the time expected; null where no case says what it expects. */
  readonly worstRelativeError: number | null;
}

export function validateCases(cases: readonly SharingCase[]): { answers: CaseAnswer[]; verdict: Verdict } {
  const answers = cases.map((one) => ({ id: one.id, finishSeconds: finishSeconds(one) }));
  let worst: number | null = null;
  cases.forEach(({ finishSeconds: expected }, nth) => {
    expected?.forEach((seconds, flow) => {
      worst = Math.max(worst ?? 0, relativeError(answers[nth]!.finishSeconds[flow] ?? null, seconds));
    });
  });
  const flows = cases.reduce((sum, one) => sum + one.flows.length, 0);
  return { answers, verdict: { cases: cases.length, flows, worstRelativeError: worst } };
}

/** One that ends where the other never does is wholly wrong: 1. Where 0 is expected, the error is the seconds themselves. */
export function relativeError(got: number | null, expected: number | null): number {
  if (got === null || expected === null) return got === expected ? 0 : 1;
  const off = Math.abs(got - expected);
  return expected === 0 ? off : off / expected;
}
