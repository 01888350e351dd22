/** Undo and redo of knobs: whole scenarios, because one is small. A drag is one step, however many values it passes. */
import type { Scenario } from '../scenario/schema.ts';

const MOST_STEPS = 200;

export interface History {
  readonly past: readonly Scenario[];
  readonly now: Scenario;
  readonly future: readonly Scenario[];
  /** The hand that made the last change; another change by the same one replaces it. */
  readonly gesture: string | null;
}

export function historyOf(scenario: Scenario): History {
  return { past: [], now: scenario, future: [], gesture: null };
}

export function changed(history: History, next: Scenario, gesture: string | null = null): History {
  if (next === history.now) return history;
  const sameHand = gesture !== null && gesture === history.gesture;
  const past = sameHand ? history.past : [...history.past, history.now].slice(-MOST_STEPS);
  return { past, now: next, future: [], gesture };
}

export function undone(history: History): History {
  const before = history.past.at(-1);
  if (!before) return history;
  return {
    past: history.past.slice(0, -1),
    now: before,
    future: [history.now, ...history.future],
    gesture: null,
  };
}

export function redone(history: History): History {
  const [next, ...future] = history.future;
  if (!next) return history;
  return { past: [...history.past, history.now], now: next, future, gesture: null };
}
