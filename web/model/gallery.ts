/** The presets as the gallery shows them, each with what is predicted for it. */
import {
  ALL_PRESETS,
  CLUSTER_PRESETS,
  DATACENTER_PRESETS,
  PRESETS,
  REQUIREMENT_PRESETS,
  type Preset,
} from '../scenario/presets/index.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { EstimateNumbers } from '../sim/events.ts';
import { isDatacenter } from '../sim/which-engine.ts';
import { estimateOf } from './what-if.ts';

export interface GalleryEntry {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly notice: string;
  readonly scenario: Scenario;
  readonly estimate: EstimateNumbers | null;
}

export interface GalleryGroup {
  readonly name: string;
  readonly entries: readonly GalleryEntry[];
}

/** Presets after which the VM is where it was, or nobody finds it. */
const FAILING = new Set([
  ...['may-it-move', 'write-storm', 'target-crash', 'silent-switch', 'wrong-network', 'five-inputs'],
  ...['vmotion-interface', 'not-shared', 'capitals', 'no-room', 'licences', 'hundred-ms', 'devices'],
  ...['blocked-maintenance', 'crash-in-each-phase', 'partition'],
]);

/** What moves; what does not, for who asks why; what helps; what moves together; what moves by itself. */
export function gallery(): GalleryGroup[] {
  const failing = ALL_PRESETS.filter(({ id }) => FAILING.has(id));
  const rest = (presets: readonly Preset[]) => presets.filter(({ id }) => !FAILING.has(id));
  const groups: readonly (readonly [string, readonly Preset[]])[] = [
    ['One VM moves', rest(PRESETS)],
    ['Why did it fail?', failing],
    ['What helps', rest(REQUIREMENT_PRESETS)],
    ['A cluster looks after itself', rest(CLUSTER_PRESETS)],
    ['A datacenter', rest(DATACENTER_PRESETS)],
  ];
  return groups.map(([name, presets]) => ({ name, entries: presets.map(entryOf) }));
}

function entryOf(preset: Preset): GalleryEntry {
  return { ...preset, estimate: isDatacenter(preset.scenario) ? null : estimateOf(preset.scenario) };
}
