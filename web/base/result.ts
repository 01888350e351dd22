/** What is wrong with an input: a stable code, a sentence that says what and what to do, and where (`vms[0].memoryBytes`). */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly path: string;
}

export type Result<T, E = Problem[]> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E };

export const ok = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value });
export const fail = <E>(error: E): { readonly ok: false; readonly error: E } => ({ ok: false, error });

/** An error that crosses a boundary as data. Comlink keeps no class and no field, so it is thrown only within one thread. */
export class ProblemError extends Error {
  constructor(readonly problems: Problem[]) {
    super(
      problems
        .map((problem) => (problem.path ? `${problem.path}: ${problem.message}` : problem.message))
        .join('\n'),
    );
    this.name = 'ProblemError';
  }
}

/** Stops on a broken promise of our own code; never used for what a user typed. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`broken invariant: ${message}`);
}
