/**
 * The address a teacher types: `?scenario=write-storm&mem=64GiB&dirty=900MiB/s&bw=10Gb/s`. A preset with a few values changed,
 * and how to show it. Nothing is changed in silence: what was clamped, ignored or not understood comes back as a notice, and a
 * broken link never turns into some other scenario. Unknown names are left alone, because course systems add their own.
 */
import type { Problem, Result } from '../base/result.ts';
import { shorten } from './explain.ts';
import { canonicalText } from './canonical.ts';
import { clampToRange, KNOBS, setKnob, type KnobId } from './knobs.ts';
import { decodeLink, hasLink } from './link.ts';
import { FIRST_PRESET_ID, findPreset, PRESETS } from './presets/index.ts';
import {
  between,
  ignored,
  isPresentationName,
  notice,
  readFlag,
  readPresentation,
  type Presentation,
} from './presentation.ts';
import { exactQuantity, type QuantityKind } from './quantity.ts';
import type { Policy, Scenario } from './schema.ts';
import { changeVm, subjectVm } from './subject.ts';

export interface ParsedQuery {
  /** Null where the link or the preset's name is broken: `problems` says why, and the page stays empty. */
  readonly scenario: Scenario | null;
  readonly problems: readonly Problem[];
  /** The preset it comes from; null for a scenario from a link. */
  readonly presetId: string | null;
  readonly presentation: Presentation;
  readonly notices: readonly Problem[];
  /** Names nobody knows, for the debug view. */
  readonly unknownNames: readonly string[];
}

/** Amounts in base units, as everywhere: bytes, bytes a second, nanoseconds. */
export interface QueryOverrides {
  readonly mem?: number;
  readonly vcpu?: number;
  /** Bytes a second of written pages. */
  readonly dirty?: number;
  readonly wss?: number;
  readonly bw?: number;
  readonly rtt?: number;
  readonly downtime?: number;
  readonly compress?: Policy['compression'];
  readonly sdps?: boolean;
  readonly seed?: number;
}

type Apply = (scenario: Scenario, text: string, name: string, notices: Problem[]) => Scenario;

/** In this order they are applied: a working set is held against the memory, so memory comes first. */
const OVERRIDES: {
  readonly [K in keyof Required<QueryOverrides>]: {
    readonly apply: Apply;
    readonly kind: QuantityKind | 'text';
  };
} = {
  mem: { apply: knob('memory'), kind: 'bytes' },
  vcpu: { apply: setVcpus, kind: 'count' },
  dirty: { apply: knob('writes'), kind: 'rate' },
  wss: { apply: knob('workingSet'), kind: 'bytes' },
  bw: { apply: knob('link'), kind: 'rate' },
  rtt: { apply: knob('rtt'), kind: 'duration' },
  downtime: { apply: knob('goal'), kind: 'duration' },
  compress: { apply: knob('compression'), kind: 'text' },
  sdps: { apply: setSdps, kind: 'text' },
  seed: { apply: setSeed, kind: 'count' },
};
const OVERRIDE_NAMES = Object.keys(OVERRIDES) as readonly (keyof QueryOverrides)[];
/** Reserved names that mean something in other versions: whoever writes one should hear that it does nothing here. */
const RESERVED = new Set([
  'streams',
  'algo',
  'encrypt',
  'vms',
  'hosts',
  'lesson',
  'step',
  'units',
  'compare',
  'sound',
  'src',
]);
const MOST_CHARS = 16_384;

export function parseQuery(search: string, hash = ''): ParsedQuery {
  const notices: Problem[] = [];
  const parameters = readParameters(search, notices);
  const presentation = readPresentation(parameters, notices);
  const unknownNames = [...parameters.keys()].filter((name) => !isKnown(name));
  for (const name of unknownNames) {
    if (RESERVED.has(name))
      notices.push(notice('query.unsupported', name, `"${name}" does nothing in this version.`));
    const meant = meantBy(name);
    if (meant !== null)
      notices.push(
        notice('query.misspelt', name, `"${shorten(name, 40)}" is not read here; the name is "${meant}".`),
      );
  }
  const source = hasLink(hash) ? fromLink(hash, parameters, notices) : fromPreset(parameters, notices);
  return { ...source, presentation, notices, unknownNames };
}

/** The first of equal names counts. */
function readParameters(search: string, notices: Problem[]): Map<string, string> {
  const parameters = new Map<string, string>();
  if (search.length > MOST_CHARS) {
    notices.push(
      notice('query.too-long', '', 'The part of the address after "?" is too long and is ignored.'),
    );
    return parameters;
  }
  const repeated = new Set<string>();
  for (const [name, value] of new URLSearchParams(search)) {
    if (!parameters.has(name)) parameters.set(name, value);
    else if (isKnown(name)) repeated.add(name);
  }
  for (const name of repeated)
    notices.push(
      notice('query.repeated', name, `"${name}" stands there more than once; the first one counts.`),
    );
  return parameters;
}

/** Other words for our names, and what a page that escapes twice makes of "&". Any other unknown name belongs to somebody else. */
const OTHER_WORDS: ReadonlyMap<string, string> = new Map([
  ['memory', 'mem'],
  ['bandwidth', 'bw'],
  ['compression', 'compress'],
  ['vcpus', 'vcpu'],
  ['workingset', 'wss'],
]);

function meantBy(name: string): string | null {
  const plain = name.replace(/^(amp;)+/i, '').toLowerCase();
  const meant = OTHER_WORDS.get(plain) ?? plain;
  return isKnown(meant) && meant !== name ? meant : null;
}

function isKnown(name: string): boolean {
  return name === 'scenario' || Object.hasOwn(OVERRIDES, name) || isPresentationName(name);
}

type Source = Pick<ParsedQuery, 'scenario' | 'problems' | 'presetId'>;

/** One truth: a link holds the whole scenario, so what the query says of it is not applied on top. */
function fromLink(hash: string, parameters: ReadonlyMap<string, string>, notices: Problem[]): Source {
  const overridden = ['scenario', ...OVERRIDE_NAMES].filter((name) => parameters.has(name));
  if (overridden.length > 0) {
    notices.push(
      notice(
        'query.link-wins',
        overridden.join(','),
        `The link holds a whole scenario, so ${overridden.join(', ')} in the address did nothing.`,
      ),
    );
  }
  const link = decodeLink(hash);
  return link.ok
    ? { scenario: link.value, problems: [], presetId: null }
    : { scenario: null, problems: link.error, presetId: null };
}

function fromPreset(parameters: ReadonlyMap<string, string>, notices: Problem[]): Source {
  const id = parameters.get('scenario') ?? FIRST_PRESET_ID;
  const preset = findPreset(id);
  if (!preset) {
    const known = PRESETS.map((one) => one.id).join(', ');
    const message = `There is no preset "${shorten(id, 40)}"; there are ${known}.`;
    return {
      scenario: null,
      problems: [notice('query.unknown-preset', 'scenario', message)],
      presetId: null,
    };
  }
  let scenario = preset.scenario;
  for (const name of OVERRIDE_NAMES) {
    const text = parameters.get(name);
    if (text !== undefined) scenario = OVERRIDES[name].apply(scenario, text.trim(), name, notices);
  }
  return { scenario, problems: [], presetId: preset.id };
}

/** Sets a knob from its text; what lies outside its range is brought in, and said so. */
function knob(id: KnobId): Apply {
  return (scenario, text, name, notices) => {
    const { parse, format, set, range } = KNOBS[id] as (typeof KNOBS)['memory'];
    const parsed: Result<number, string> = parse(text);
    if (!parsed.ok) {
      notices.push(
        notice('query.invalid', name, `"${name}=${shorten(text, 40)}" is ignored. ${parsed.error}`),
      );
      return scenario;
    }
    if (!range) return set(scenario, parsed.value);
    const value = clampToRange(scenario, id, parsed.value);
    const [least, most] = range(scenario);
    if (value !== parsed.value) {
      const message = `"${name}=${shorten(text, 40)}" became ${format(value)}: it may be ${format(least)} to ${format(most)} here.`;
      notices.push(notice('query.clamped', name, message));
    }
    return setKnob(scenario, id, value as never);
  };
}

function setVcpus(scenario: Scenario, text: string, name: string, notices: Problem[]): Scenario {
  const what = 'write a whole number of vCPUs, such as 4';
  const value = between(1, 960, what)(text, name, notices);
  if (value === undefined) return scenario;
  if (Number.isInteger(value)) return changeVm(scenario, (vm) => ({ ...vm, vcpus: value }));
  notices.push(ignored(name, text, what));
  return scenario;
}

function setSdps(scenario: Scenario, text: string, name: string, notices: Problem[]): Scenario {
  const value = readFlag(text, name, notices);
  return value === undefined ? scenario : setKnob(scenario, 'sdps', value ? 'on' : 'off');
}

function setSeed(scenario: Scenario, text: string, name: string, notices: Problem[]): Scenario {
  if (/^\d{1,10}$/.test(text) && Number(text) <= 0xffff_ffff) return { ...scenario, seed: Number(text) };
  notices.push(ignored(name, text, 'write a whole number from 0 to 4294967295'));
  return scenario;
}

/** The typed address of a preset: `?scenario=database&mem=64GiB`. It parses back to exactly these values. */
export function makeQuery(
  presetId: string,
  overrides: QueryOverrides = {},
  presentation: Readonly<Record<string, string>> = {},
): string {
  const parts = [`scenario=${encodeURIComponent(presetId)}`];
  for (const name of OVERRIDE_NAMES) {
    const value = overrides[name];
    if (value === undefined) continue;
    const { kind } = OVERRIDES[name];
    const text =
      typeof value === 'boolean'
        ? value
          ? '1'
          : '0'
        : typeof value === 'number'
          ? exactQuantity(value, kind as QuantityKind)
          : value;
    parts.push(`${name}=${text}`);
  }
  for (const [name, value] of Object.entries(presentation))
    parts.push(`${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
  return `?${parts.join('&')}`;
}

/** What a query would have to say to make this scenario from a preset; null where only a link can say it. */
export function overridesFrom(presetId: string, scenario: Scenario): QueryOverrides | null {
  const preset = findPreset(presetId);
  const vm = subjectVm(scenario);
  if (!preset || !vm) return null;
  const base = preset.scenario;
  const differs = <T>(now: T, then: T | undefined): T | undefined => (now === then ? undefined : now);
  const overrides: QueryOverrides = dropUndefined({
    mem: differs(KNOBS.memory.get(scenario), KNOBS.memory.get(base)),
    vcpu: differs(vm.vcpus, subjectVm(base)?.vcpus),
    dirty: differs(KNOBS.writes.get(scenario), KNOBS.writes.get(base)),
    wss: differs(KNOBS.workingSet.get(scenario), KNOBS.workingSet.get(base)),
    bw: differs(KNOBS.link.get(scenario), KNOBS.link.get(base)),
    rtt: differs(KNOBS.rtt.get(scenario), KNOBS.rtt.get(base)),
    downtime: differs(KNOBS.goal.get(scenario), KNOBS.goal.get(base)),
    compress: differs(scenario.policy.compression, base.policy.compression),
    sdps: differs(scenario.policy.sdps, base.policy.sdps),
    seed: differs(scenario.seed, base.seed),
  });
  const made = parseQuery(makeQuery(presetId, overrides)).scenario;
  return made && canonicalText(made) === canonicalText(scenario) ? overrides : null;
}

function dropUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T;
}
