/** From the address to what the page opens with, and back. Nothing broken turns into something else without a word. */
import type { Origin, Broken } from '../model/session.svelte.ts';
import { PLAIN_PRESENTATION, type Presentation } from '../scenario/presentation.ts';
import { parseQuery } from '../scenario/query.ts';
import type { Scenario } from '../scenario/schema.ts';

export interface Opening {
  /** Null where the address is broken. */
  readonly scenario: Scenario | null;
  readonly origin: Origin;
  readonly broken: Broken | null;
  readonly notices: readonly string[];
  readonly presentation: Presentation;
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
  return {
    scenario: parsed.scenario,
    origin,
    broken,
    notices: parsed.notices.map((notice) => notice.message),
    presentation: { ...PLAIN_PRESENTATION, ...parsed.presentation },
    asksSpeed: new URLSearchParams(search).has('speed'),
  };
}

/**
 * What somebody pasted: a whole address, or only its end. Query and hash are taken, the site is not: a link to another copy of
 * the product opens here.
 */
export function addressIn(text: string): { search: string; hash: string } {
  const hashAt = text.indexOf('#');
  const beforeHash = hashAt < 0 ? text : text.slice(0, hashAt);
  const queryAt = beforeHash.indexOf('?');
  const search = queryAt < 0 ? '' : beforeHash.slice(queryAt);
  if (hashAt >= 0) return { search, hash: text.slice(hashAt) };
  if (search !== '') return { search, hash: '' };
  // Neither: the payload alone, or something that is no link, which the decoder then says.
  return { search: '', hash: /^s=/.test(text) ? `#${text}` : `#s=${text}` };
}

/** Without query and hash; a directory keeps its slash, and index.html is left away. */
export function baseOf(location: Pick<Location, 'origin' | 'protocol' | 'pathname' | 'href'>): string {
  const bare = location.href.replace(/[?#].*$/, '');
  return bare.replace(/\/(index|embed)\.html$/, location.protocol === 'file:' ? '/index.html' : '/');
}

export function embedUrlOf(base: string): string {
  return base.replace(/(index\.html)?$/, 'embed.html');
}

/** `?embed=1` on the page means the other page; it keeps query and hash. */
export function embedRedirect(
  base: string,
  search: string,
  hash: string,
  presentation: Presentation,
): string | null {
  return presentation.embed ? embedUrlOf(base) + search + hash : null;
}
