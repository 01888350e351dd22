/**
 * The address follows the scenario, so that a reload and a bookmark keep it. It is written a moment after the last change:
 * browsers refuse more than a hundred changes in half a minute, and a drag makes that many in a second.
 */
import type { Session } from '../model/session.svelte.ts';
import type { Scenario } from '../scenario/schema.ts';

const QUIET_MS = 500;

export interface AddressKeeper {
  /** A new entry in the browser's history. */
  push(tail: string): void;
  /** What the address says about how to show the scenario; it stays when the scenario changes. */
  keep(name: string, value: string): void;
  /** The address on the screen is the one written here: nobody has typed or pasted another. */
  isOwn(): boolean;
}

export function followScenario(session: Session, page: { base: string; search: string }): AddressKeeper {
  const kept = presentationIn(page.search);
  let written = location.href;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** Until something changes the address stays as it was typed. */
  let untouched: Scenario | null = session.scenario;

  $effect.root(() => {
    $effect(() => {
      const { scenario, origin, broken } = session;
      clearTimeout(timer);
      if (broken || scenario === untouched) return;
      // From the first change on every scenario is written, also the first one again.
      untouched = null;
      timer = setTimeout(() => {
        // Links are made by a part of the page that a visitor who changes nothing never loads.
        void import('../model/share.ts').then(({ tailOf }) => {
          if (session.scenario === scenario) write('replaceState', tailOf(scenario, origin, kept) ?? '');
        });
      }, QUIET_MS);
    });
  });

  /** A frame or a file may forbid it; the page works all the same. */
  function write(how: 'replaceState' | 'pushState', tail: string): void {
    try {
      history[how](null, '', page.base + tail);
      written = location.href;
    } catch {
      written = location.href;
    }
  }

  return {
    push: (tail) => write('pushState', tail),
    keep: (name, value) => {
      kept[name] = value;
      const now = new URLSearchParams(location.search);
      now.set(name, value);
      // What a query may hold as it is stays readable.
      const query = String(now).replaceAll('%2C', ',').replaceAll('%3A', ':');
      write('replaceState', `?${query}${location.hash}`);
    },
    isOwn: () => location.href === written,
  };
}

/** What the address says about how to show the scenario stays there. */
function presentationIn(search: string): Record<string, string> {
  const looks = ['page', 'engines', 'theme', 'speed', 'lang', 'loop', 'panels', 'controls', 'hint', 'errors'];
  const keep = [...looks, 'editable', 'share', 'import', 'export'];
  return Object.fromEntries([...new URLSearchParams(search)].filter(([name]) => keep.includes(name)));
}
