/** From the address to what the page opens with, and back. Nothing broken turns into something else without a word. */
import type { Origin, Broken } from '../model/session.svelte.ts';
import { reservedNotices, shownOf } from '../model/shown-of.ts';
import type { Shown } from '../model/shown.ts';
import { PLAIN_PRESENTATION, type Presentation } from '../scenario/presentation.ts';
import { findPreset } from '../scenario/presets/index.ts';
import { parseQuery } from '../scenario/query.ts';
import type { Scenario } from '../scenario/schema.ts';

export interface Opening {
  /** Null where the address is broken. */
  readonly scenario: Scenario | null;
  readonly origin: Origin;
  /** The preset before the address changed it; null where nothing is changed. */
  readonly original: Scenario | null;
  readonly broken: Broken | null;
  readonly notices: readonly string[];
  readonly presentation: Presentation;
  readonly shown: Shown;
  /** The address asks for a speed; without one the page chooses. */
  readonly asksSpeed: boolean;
}

export function readAddress(search: string, hash: string): Opening {
  const parsed = parseQuery(search, hash);
  const origin: Origin =
    parsed.presetId === null ? { kind: 'link' } : { kind: 'preset', id: parsed.presetId };
  const broken: Broken | null =
    parsed.scenario === null
      ? { source: 'link', text: hash.length > 1 ? hash : search, problems: parsed.problems }
      : null;
  const presentation = { ...PLAIN_PRESENTATION, ...parsed.presentation };
  return {
    scenario: parsed.scenario,
    origin,
    original: (parsed.presetId !== null && findPreset(parsed.presetId)?.scenario) || parsed.scenario,
    broken,
    notices: [...parsed.notices.map((notice) => notice.message), ...reservedNotices(presentation)],
    presentation,
    shown: shownOf(presentation),
    asksSpeed: new URLSearchParams(search).has('speed'),
  };
}
