/** What a visitor without a link sees. Apart from the gallery, because the first picture needs only this one. */
import { FIRST_PRESET_ID, FIRST_SCENARIO } from '../scenario/presets/first.ts';
import type { Scenario } from '../scenario/schema.ts';

export function firstPreset(): { readonly id: string; readonly scenario: Scenario } {
  return { id: FIRST_PRESET_ID, scenario: FIRST_SCENARIO };
}
