/** Where the page and its twin for frames live, and what somebody pasted; no scenario is read here. */
import type { Presentation } from '../scenario/presentation.ts';

/**
 * What somebody pasted: a whole address, or only its end. Query and hash are taken, the site is not: a link to another copy of
 * the product opens here.
 */
export function addressIn(text: string): { search: string; hash: string } {
  const hashAt = text.indexOf('#');
  const beforeHash = hashAt < 0 ? text : text.slice(0, hashAt);
  const queryAt = beforeHash.indexOf('?');
  const search = queryAt < 0 ? '' : beforeHash.slice(queryAt);
  const hash = hashAt < 0 ? '' : text.slice(hashAt);
  if (hash.length > 1 || search.length > 1) return { search, hash: hash.length > 1 ? hash : '' };
  if (/^scenario=/.test(text)) return { search: `?${text}`, hash: '' };
  // The name of a preset alone; a payload has dots.
  if (/^[a-z][a-z0-9-]*$/.test(text)) return { search: `?scenario=${text}`, hash: '' };
  // None of these: the payload alone, or something that is no link, which the decoder then says.
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
