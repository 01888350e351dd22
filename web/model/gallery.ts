/** The presets as the gallery shows them, each with what is predicted for it. */
import { PRESETS } from '../scenario/presets/index.ts';
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
