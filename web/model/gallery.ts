/** The presets as the gallery shows them, each with what is predicted for it. */
import { ALL_PRESETS, DATACENTER_PRESETS, REQUIREMENT_PRESETS } from '../scenario/presets/index.ts';
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
  ...['may-it-move', 'write-storm', 'target-crash', 'silent-switch', 'wrong-network'],
  ...[
    'five-inputs',
    'vmotion-interface',
    'not-shared',
    'capitals',
    'no-room',
    'licences',
    'hundred-ms',
    'devices',
  ],
]);

/** What moves; what does not, for who asks why; and what moves together. */
export function gallery(): GalleryGroup[] {
  const entries = ALL_PRESETS.map((preset) => ({
    ...preset,
    estimate: isDatacenter(preset.scenario) ? null : estimateOf(preset.scenario),
  }));
  const many = new Set(DATACENTER_PRESETS.map(({ id }) => id));
  const required = new Set(REQUIREMENT_PRESETS.map(({ id }) => id));
  const where = (holds: (entry: GalleryEntry) => boolean) => entries.filter(holds);
  return [
    {
      name: 'One VM moves',
      entries: where(({ id }) => !many.has(id) && !required.has(id) && !FAILING.has(id)),
    },
    { name: 'Why did it fail?', entries: where(({ id }) => FAILING.has(id)) },
    { name: 'What helps', entries: where(({ id }) => required.has(id) && !FAILING.has(id)) },
    { name: 'A datacenter', entries: where(({ id }) => many.has(id) && !FAILING.has(id)) },
  ];
}
