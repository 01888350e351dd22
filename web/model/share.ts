/** How a scenario leaves the page: as a readable address, as a whole link, as a frame for other pages, as a file. */
import { encodeLink, linkSize, type LinkSize } from '../scenario/link.ts';
import { makeQuery, overridesFrom } from '../scenario/query.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { Origin } from './session.svelte.ts';

export {
  checkFileSize,
  FILE_EXTENSION,
  openScenarioFile,
  saveScenarioFile,
  scenarioFileName,
} from '../scenario/file.ts';

export interface Address {
  readonly url: string;
  readonly size: LinkSize;
}

/** Longer readable addresses are no longer readable. */
const MOST_OVERRIDES = 4;

/** `?scenario=database&mem=1GiB`; null where only a whole link can say it. */
export function readableQuery(
  scenario: Scenario,
  origin: Origin,
  presentation: Record<string, string> = {},
): string | null {
  if (origin.kind !== 'preset') return null;
  const overrides = overridesFrom(origin.id, scenario);
  if (!overrides || Object.keys(overrides).length > MOST_OVERRIDES) return null;
  return makeQuery(origin.id, overrides, presentation);
}

/** What comes after the page's own address: readable where it can be, whole where it must be; null where it is too long. */
export function tailOf(
  scenario: Scenario,
  origin: Origin,
  presentation: Record<string, string> = {},
): string | null {
  const query = readableQuery(scenario, origin, presentation);
  if (query !== null) return query;
  const link = encodeLink(scenario);
  if (!link.ok) return null;
  const search = new URLSearchParams(presentation).toString();
  return (search === '' ? '' : `?${search}`) + link.value;
}

export interface Addresses {
  readonly readable: Address | null;
  /** The whole scenario, which also a later version with other presets understands. */
  readonly whole: Address | null;
  /** Why there is no whole link. */
  readonly problem: string | null;
}

const addressOf = (url: string): Address => ({ url, size: linkSize(url.length) });

export function addressesOf(base: string, scenario: Scenario, origin: Origin): Addresses {
  const query = readableQuery(scenario, origin);
  const link = encodeLink(scenario);
  return {
    readable: query === null ? null : addressOf(base + query),
    whole: link.ok ? addressOf(base + link.value) : null,
    problem: link.ok ? null : (link.error[0]?.message ?? null),
  };
}

/** How far a link of this length gets. */
export const SIZE_WORDS: Readonly<Record<LinkSize, string>> = {
  green: 'works everywhere',
  amber: 'may be cut by old mail programs and chats',
  red: 'long: paste it as the target of a word, or send the file',
  refused: 'too long for a link: send the file',
};

export interface EmbedOptions {
  readonly title: string;
  readonly autoplay: boolean;
  readonly links: boolean;
}

export interface Snippets {
  readonly plain: string;
  readonly strict: string;
  readonly url: string;
}

/** `embedUrl` is the address of embed.html. The strict frame gets no storage, no origin and no way to the page around it. */
export function embedSnippets(
  embedUrl: string,
  scenario: Scenario,
  origin: Origin,
  options: EmbedOptions,
): Snippets | null {
  const presentation: Record<string, string> = {};
  if (options.autoplay) presentation.autoplay = '1';
  if (!options.links) presentation.links = '0';
  const tail = tailOf(scenario, origin, presentation);
  if (tail === null) return null;
  const url = embedUrl + tail;
  const start = `<iframe src="${attribute(url)}" title="${attribute(`V-Motion: ${options.title}`)}"`;
  const size = '  width="100%" height="560" style="border:0;aspect-ratio:16/10" loading="lazy"';
  const strict = 'allow-scripts allow-downloads allow-popups allow-popups-to-escape-sandbox';
  return {
    plain: `${start}\n${size} allowfullscreen\n  allow="fullscreen; clipboard-write" referrerpolicy="no-referrer-when-downgrade"></iframe>`,
    strict: `${start}\n${size}\n  sandbox="${strict}" referrerpolicy="no-referrer-when-downgrade"></iframe>`,
    url,
  };
}

function attribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
