/** The presets as the gallery shows them, each with what is predicted for it. */
import { findPreset, FIRST_PRESET_ID, PRESETS } from '../scenario/presets/index.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { EstimateNumbers } from '../sim/events.ts';
import { estimateOf } from './what-if.ts';

export interface GalleryEntry {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly notice: string;
  readonly scenario: Scenario;
  readonly estimate: EstimateNumbers | null;
}

export function gallery(): GalleryEntry[] {
  return PRESETS.map((preset) => ({ ...preset, estimate: estimateOf(preset.scenario) }));
}

/** What a visitor without a link sees. */
export function firstPreset(): { id: string; scenario: Scenario } {
  const first = findPreset(FIRST_PRESET_ID) ?? PRESETS[0]!;
  return { id: first.id, scenario: first.scenario };
}
