/** What of the page its address lets a reader see and do. Who comes by the bare address sees and does everything. */
import type { Presentation } from '../scenario/presentation.ts';

/** Parts of the page; several names of the address may mean one. */
export type Part = 'stage' | 'rounds' | 'client' | 'timeline' | 'figures' | 'feed';

export interface Shown {
  readonly parts: ReadonlySet<Part>;
  /** False: predictions wait until the run has ended on the screen. */
  readonly predictions: boolean;
  readonly edit: boolean;
  readonly share: boolean;
  readonly import: boolean;
  readonly export: boolean;
  readonly loop: boolean;
  readonly controls: Presentation['controls'];
}

export const EVERYTHING: Shown = {
  parts: new Set(['stage', 'rounds', 'client', 'timeline', 'figures', 'feed']),
  predictions: true,
  edit: true,
  share: true,
  import: true,
  export: true,
  loop: false,
  controls: 'full',
};
