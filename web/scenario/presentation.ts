/** How a page is shown, as its address says: names fixed by convention, a public interface, never renamed. */
import type { Problem } from '../base/result.ts';
import { NS_PER_SECOND, type Ns } from '../base/units.ts';
import { shorten } from './explain.ts';

export const PANELS = [
  'timeline',
  'rounds',
  'bandwidth',
  'pages',
  'downtime',
  'hosts',
  'events',
  'table',
] as const;
export type Panel = (typeof PANELS)[number];

/** Views of one scenario; which of them opens without a word follows from what it describes. */
export const PAGES = ['lab', 'datacenter', 'cluster', 'compare', 'validation'] as const;
export type PageId = (typeof PAGES)[number];

export interface Presentation {
  /** Null: what fits the scenario. */
  readonly page: PageId | null;
  /** Engines side by side, as the page that compares them writes them; empty is its own choice. */
  readonly engines: string;
  readonly embed: boolean;
  /** `force` plays even where the reader asked for less motion. */
  readonly autoplay: 'no' | 'yes' | 'force';
  /** Virtual time to open at; null is the beginning. */
  readonly atNs: Ns | null;
  readonly speed: number;
  readonly loop: boolean;
  /** Null shows what fits. */
  readonly panels: readonly Panel[] | null;
  readonly controls: 'full' | 'basic' | 'none';
  readonly editable: boolean;
  readonly theme: 'auto' | 'light' | 'dark' | 'contrast' | 'projector';
  readonly lang: string | null;
  /** False: no way out of the frame, for exams. */
  readonly links: boolean;
  readonly share: boolean;
  readonly import: boolean;
  readonly export: boolean;
  /** `hide`: predictions wait until the students have made theirs. */
  readonly hint: 'show' | 'hide';
  readonly errors: 'banner' | 'inline' | 'none';
  readonly debug: boolean;
}

export const PLAIN_PRESENTATION: Presentation = {
  page: null,
  engines: '',
  embed: false,
  autoplay: 'no',
  atNs: null,
  speed: 1,
  loop: false,
  panels: null,
  controls: 'full',
  editable: true,
  theme: 'auto',
  lang: null,
  links: true,
  share: true,
  import: true,
  export: true,
  hint: 'show',
  errors: 'banner',
  debug: false,
};

export type Notice = (code: string, name: string, message: string) => Problem;
export const notice: Notice = (code, name, message) => ({ code, path: name, message });

/** A value, or undefined where the text is none; a notice where it was not taken as written. */
type Reader<T> = (text: string, name: string, notices: Problem[]) => T | undefined;

const FLAGS: Readonly<Record<string, boolean>> = {
  '': true,
  '1': true,
  true: true,
  on: true,
  yes: true,
  '0': false,
  false: false,
  off: false,
  no: false,
};

/** A bare `?embed` is on. */
export const readFlag: Reader<boolean> = (text, name, notices) => {
  const value = Object.hasOwn(FLAGS, text.toLowerCase()) ? FLAGS[text.toLowerCase()] : undefined;
  if (value === undefined) notices.push(ignored(name, text, 'write 0 or 1'));
  return value;
};

export function ignored(name: string, text: string, what: string): Problem {
  return notice('query.invalid', name, `"${name}=${shorten(text, 40)}" is ignored: ${what}.`);
}

function oneOf<T extends string>(choices: readonly T[]): Reader<T> {
  return (text, name, notices) => {
    const value = choices.find((one) => one === text.toLowerCase());
    if (value === undefined) notices.push(ignored(name, text, `write one of ${choices.join(', ')}`));
    return value;
  };
}

/** Plain decimals only, so that "Infinity" and "0x10" are no numbers here. */
export function between(least: number, most: number, what: string): Reader<number> {
  return (text, name, notices) => {
    if (!/^\d{1,12}(\.\d{1,12})?$/.test(text)) {
      notices.push(ignored(name, text, what));
      return undefined;
    }
    const value = Math.max(least, Math.min(most, Number(text)));
    if (value !== Number(text))
      notices.push(
        notice('query.clamped', name, `"${name}=${text}" became ${value}: it may be ${least} to ${most}.`),
      );
    return value;
  };
}

const readPanels: Reader<readonly Panel[]> = (text, name, notices) => {
  const wanted = text.split(',').map((one) => one.trim().toLowerCase());
  const unknown = wanted.filter((one) => !PANELS.some((panel) => panel === one));
  if (unknown.length > 0) notices.push(ignored(name, unknown.join(','), `there are ${PANELS.join(', ')}`));
  const panels = PANELS.filter((panel) => wanted.includes(panel));
  return panels.length > 0 ? panels : undefined;
};

const readAutoplay: Reader<Presentation['autoplay']> = (text, name, notices) => {
  if (text.toLowerCase() === 'force') return 'force';
  const flag = readFlag(text, name, notices);
  return flag === undefined ? undefined : flag ? 'yes' : 'no';
};

const readTime: Reader<Ns> = (text, name, notices) => {
  const seconds = between(0, 30 * 86_400, 'write seconds, such as 12.5')(text, name, notices);
  return seconds === undefined ? undefined : Math.round(seconds * NS_PER_SECOND);
};

const readLanguage: Reader<string> = (text, name, notices) => {
  if (/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}$/.test(text)) return text;
  notices.push(ignored(name, text, 'write a language tag, such as en or de-CH'));
  return undefined;
};

/** Read by the page that shows them, which knows the engines. */
const readEngines: Reader<string> = (text) => text;

/** Name in the address, the field it sets, and how it is read. Several names may set one field. */
const READERS: { readonly [name: string]: { readonly [K in keyof Presentation]?: Reader<Presentation[K]> } } =
  {
    page: { page: oneOf(PAGES) },
    engines: { engines: readEngines },
    embed: { embed: readFlag },
    autoplay: { autoplay: readAutoplay },
    t: { atNs: readTime },
    speed: { speed: between(0.001, 100, 'write a number from 0.001 to 100') },
    loop: { loop: readFlag },
    panels: { panels: readPanels },
    controls: { controls: oneOf(['full', 'basic', 'none']) },
    editable: { editable: readFlag },
    theme: { theme: oneOf(['auto', 'light', 'dark', 'contrast', 'projector']) },
    lang: { lang: readLanguage },
    hl: { lang: readLanguage },
    locale: { lang: readLanguage },
    links: { links: readFlag },
    share: { share: readFlag },
    import: { import: readFlag },
    export: { export: readFlag },
    hint: { hint: oneOf(['show', 'hide']) },
    errors: { errors: oneOf(['banner', 'inline', 'none']) },
    debug: { debug: readFlag },
  };

export function isPresentationName(name: string): boolean {
  return Object.hasOwn(READERS, name);
}

export function readPresentation(parameters: ReadonlyMap<string, string>, notices: Problem[]): Presentation {
  const result: Record<string, unknown> = { ...PLAIN_PRESENTATION };
  for (const [name, text] of parameters) {
    if (!isPresentationName(name)) continue;
    for (const [field, read] of Object.entries(READERS[name] ?? {})) {
      const value = (read as Reader<unknown>)(text.trim(), name, notices);
      if (value !== undefined) result[field] = value;
    }
  }
  return result as unknown as Presentation;
}
