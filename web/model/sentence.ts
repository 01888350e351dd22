/** The scenario as a sentence whose values are knobs: which words stand between which knobs, and what a hand does to one. */
import type { Result } from '../base/result.ts';
import {
  clampToRange,
  getKnob,
  KNOBS,
  setKnob,
  stepKnob,
  typeKnob,
  type KnobId,
  type KnobValues,
} from '../scenario/knobs.ts';
import type { Scenario } from '../scenario/schema.ts';

export type { KnobId } from '../scenario/knobs.ts';

export type SentencePart = { readonly text: string } | { readonly knob: KnobId };

/** After "<name of the scenario>. Move a VM". A short name keeps to the value after it. */
export function sentenceOf(scenario: Scenario): readonly SentencePart[] {
  return [
    { text: ' of ' },
    { knob: 'memory' },
    { text: ', writing ' },
    { knob: 'writes' },
    ...writingParts(scenario),
    { text: ', across ' },
    { knob: 'link' },
    { text: ', RTT\u00a0' },
    { knob: 'rtt' },
    { text: '; compression\u00a0' },
    { knob: 'compression' },
    { text: ', SDPS\u00a0' },
    { knob: 'sdps' },
    { text: ', goal\u00a0' },
    { knob: 'goal' },
    { text: '.' },
  ];
}

/** "to" hot and cold pages "of", "evenly over", "page after page through" a working set; nothing has none. */
function writingParts(scenario: Scenario): SentencePart[] {
  const pattern = getKnob(scenario, 'workload');
  if (pattern === 'idle') return [{ text: ' (' }, { knob: 'workload' }, { text: ')' }];
  const [before, after] =
    pattern === 'uniform' ? [' ', 'over'] : pattern === 'sweep' ? [' ', 'through'] : [' to ', 'of'];
  return [
    { text: before },
    { knob: 'workload' },
    { text: ` ${after} ${article(knobText(scenario, 'workingSet'))} ` },
    { knob: 'workingSet' },
    { text: ' working set' },
  ];
}

/** By the sound of the number: an 8 GiB, an 11 GiB, an 80 MiB, a 192 MiB. */
export function article(text: string): 'a' | 'an' {
  return /^(8|1[18](?!\d))/.test(text) ? 'an' : 'a';
}

/** One knob as it stands in a scenario. */
export interface KnobView {
  readonly id: KnobId;
  readonly label: string;
  readonly text: string;
  readonly kind: 'number' | 'choice';
  /** A number's steps within its range, or all choices. */
  readonly steps: readonly { readonly text: string; readonly chosen: boolean }[];
  /** The step the value is at, or the last one below it. */
  readonly index: number;
}

export function knobView(scenario: Scenario, id: KnobId): KnobView {
  const knob = KNOBS[id];
  const format = knob.format as (value: unknown) => string;
  const value = getKnob(scenario, id);
  const steps = stepsOf(scenario, id);
  const reached = (step: number | string) =>
    typeof step === 'number' ? step <= (value as number) : step === value;
  return {
    id,
    label: knob.label,
    text: format(value),
    kind: typeof value === 'number' ? 'number' : 'choice',
    steps: steps.map((step) => ({ text: format(step), chosen: step === value })),
    index: Math.max(0, steps.findLastIndex(reached)),
  };
}

/** The steps a slider goes through: the knob's own, those out of range left away, both ends of the range always there. */
function stepsOf(scenario: Scenario, id: KnobId): readonly (number | string)[] {
  const steps: readonly (number | string)[] = KNOBS[id].steps;
  const range = KNOBS[id].range?.(scenario);
  if (!range) return steps;
  const inside = (steps as readonly number[]).filter((step) => step >= range[0] && step <= range[1]);
  const last = inside.at(-1);
  // A working set may be all of the memory, which need not be one of the steps.
  return last !== undefined && range[1] < last * 2 && range[1] > last ? [...inside, range[1]] : inside;
}

export function steppedKnob(scenario: Scenario, id: KnobId, direction: 1 | -1): Scenario {
  return setKnob(scenario, id, stepKnob(scenario, id, direction));
}

/** The value of a step of `knobView`. */
export function chosenKnob(scenario: Scenario, id: KnobId, index: number): Scenario {
  const value = stepsOf(scenario, id)[index];
  return value === undefined ? scenario : setKnob(scenario, id, value as KnobValues[KnobId]);
}

export function typedKnob(scenario: Scenario, id: KnobId, text: string): Result<Scenario, string> {
  return typeKnob(scenario, id, text);
}

/** A drag of so many steps from where the hand went down. */
export function draggedKnob(from: Scenario, id: KnobId, steps: number): Scenario {
  let scenario = from;
  for (let i = 0; i < Math.abs(steps); i++) scenario = steppedKnob(scenario, id, steps > 0 ? 1 : -1);
  return scenario;
}

/** A share of what the knob says now, brought into its range. */
export function scaledKnob(scenario: Scenario, id: 'writes' | 'goal' | 'link', factor: number): Scenario {
  return setKnob(scenario, id, clampToRange(scenario, id, getKnob(scenario, id) * factor));
}

export function knobText(scenario: Scenario, id: KnobId): string {
  return (KNOBS[id].format as (value: unknown) => string)(getKnob(scenario, id));
}
