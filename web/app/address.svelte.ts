/**
 * The address follows the scenario, so that a reload and a bookmark keep it. It is written a moment after the last change:
 * browsers refuse more than a hundred changes in half a minute, and a drag makes that many in a second.
 */
import type { Session } from '../model/session.svelte.ts';
import { tailOf } from '../model/share.ts';

const QUIET_MS = 500;

export interface AddressKeeper {
  /** A new entry in the browser's history. */
  push(tail: string): void;
  /** The address on the screen is the one written here: nobody has typed or pasted another. */
  isOwn(): boolean;
}

export function followScenario(session: Session, page: { base: string; search: string }): AddressKeeper {
  const kept = presentationIn(page.search);
  let written = location.href;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let first = session.scenario;

  $effect.root(() => {
    $effect(() => {
      const { scenario, origin, broken } = session;
      clearTimeout(timer);
      if (broken || scenario === first) return;
      // From the first change on every scenario is written, also the first one again.
      first = null as never;
      timer = setTimeout(() => write('replaceState', tailOf(scenario, origin, kept) ?? ''), QUIET_MS);
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
    isOwn: () => location.href === written,
  };
}

/** What the address says about how to show the scenario stays there. */
function presentationIn(search: string): Record<string, string> {
  const keep = ['theme', 'speed', 'lang'];
  return Object.fromEntries([...new URLSearchParams(search)].filter(([name]) => keep.includes(name)));
}
