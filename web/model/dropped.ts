/** A change in the middle of a run throws the run away: what it was for, and the way back to it. */
import { knobText } from './sentence.ts';
import { KNOB_IDS } from '../scenario/knobs.ts';
import type { Ns } from '../base/units.ts';
import type { Scenario } from '../scenario/schema.ts';

export interface Dropped {
  readonly scenario: Scenario;
  /** What was on the screen. */
  readonly atNs: Ns;
  readonly playing: boolean;
}

/** "The run was for 1 Gb/s and is dropped." */
export function droppedText({ scenario }: Dropped, now: Scenario): string {
  const was = KNOB_IDS.filter((id) => knobText(scenario, id) !== knobText(now, id)).map((id) =>
    knobText(scenario, id),
  );
  return was.length === 0 ? 'The run is dropped.' : `The run was for ${was.join(', ')} and is dropped.`;
}
