/** From what the address says to what is shown: `panels`, `hint`, `editable`, `share`, `import`, `export`, `controls`, `loop`. */
import { PANELS, type Panel, type Presentation } from '../scenario/presentation.ts';
import { EVERYTHING, type Part, type Shown } from './shown.ts';

/** Null: the name is kept for a panel that does not exist yet. */
const PART_OF: Readonly<Record<Panel, Part | null>> = {
  timeline: 'timeline',
  rounds: 'rounds',
  bandwidth: null,
  pages: 'stage',
  downtime: 'client',
  hosts: 'stage',
  events: 'feed',
  table: 'figures',
};

export function shownOf(presentation: Presentation): Shown {
  const named = (presentation.panels ?? []).map((panel) => PART_OF[panel]).filter((part) => part !== null);
  return {
    // Only names that are reserved: an empty page would help nobody.
    parts: named.length > 0 ? new Set(named) : EVERYTHING.parts,
    predictions: presentation.hint === 'show',
    edit: presentation.editable,
    share: presentation.share,
    import: presentation.import,
    export: presentation.export,
    loop: presentation.loop,
    controls: presentation.controls,
  };
}

/** What was asked for and is not there, for the reader. */
export function reservedNotices({ panels, lang, debug }: Presentation): string[] {
  const notices = (panels ?? [])
    .filter((panel) => PART_OF[panel] === null)
    .map((panel) => {
      const there = PANELS.filter((one) => PART_OF[one] !== null).join(', ');
      return `"panels=${panel}" is reserved: this version has ${there}.`;
    });
  if (lang !== null && !/^en\b/i.test(lang))
    notices.push(`"lang=${lang}" is reserved: this version speaks English.`);
  if (debug) notices.push('"debug=1" is reserved: this version has nothing more to show.');
  return notices;
}
