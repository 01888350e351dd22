/**
 * A scenario as the end of an address: `#s=<schema>.<payload>.<checksum>`. The payload is raw deflate of canonical JSON in
 * base64url; the checksum is over the payload's text, because the commonest damage is a link cut short. Links are hostile:
 * sizes are capped before anything is parsed, and every way to fail has a code and a sentence.
 */
import { fail, ok, type Problem, type Result } from '../base/result.ts';
import { MIB } from '../base/units.ts';
import {
  fromColumns,
  isObject,
  minimalScenario,
  stableText,
  toColumns,
  type Json,
  type JsonObject,
} from './canonical.ts';
import {
  checksum,
  deflateText,
  fromBase64Url,
  inflateText,
  toBase64Url,
  type InflateError,
} from './codec.ts';
import { shorten } from './explain.ts';
import { parseJson } from './file.ts';
import { newerSchema, SCHEMA_VERSION } from './migrate.ts';
import { parseScenario } from './parse.ts';
import { findPreset, PRESETS } from './presets/index.ts';
import { formatCount, formatIec } from './quantity.ts';
import type { Scenario } from './schema.ts';

/** Raised when the engine's answers change: a page can then say that a link was made with another model. */
export const MODEL_VERSION = 1;

export const LINK_GREEN_BELOW_CHARS = 1_000;
export const LINK_RED_ABOVE_CHARS = 2_000;
export const LINK_MOST_CHARS = 8_000;
/** Longer than any link we make, so that a newer page may make longer ones. */
const DECODE_MOST_CHARS = 65_536;
const DECODE_MOST_BYTES = MIB;

export const LINK_ERRORS = [
  'link.missing',
  'link.truncated',
  'link.not-base64',
  'link.not-deflate',
  'link.too-big',
  'link.schema-newer',
  'link.schema-invalid',
  'link.unknown-preset',
] as const;
export type LinkError = (typeof LINK_ERRORS)[number];

export interface LinkProblem extends Problem {
  readonly code: LinkError;
}

export type LinkSize = 'green' | 'amber' | 'red' | 'refused';

export interface DecodedLink {
  readonly scenario: Scenario;
  readonly modelVersion: number;
  /** The preset the link starts from, with or without differences. */
  readonly preset: string | null;
}

/** How far a link of this many characters, the address included, gets in mail and chat. */
export function linkSize(chars: number): LinkSize {
  if (chars < LINK_GREEN_BELOW_CHARS) return 'green';
  if (chars <= LINK_RED_ABOVE_CHARS) return 'amber';
  return chars <= LINK_MOST_CHARS ? 'red' : 'refused';
}

/** `#s=1.<payload>.<checksum>`; the same scenario gives the same text. Fails where it would be too long to survive. */
export function encodeLink(scenario: Scenario): Result<string, LinkProblem[]> {
  // Parsed again, so that what goes out is what will come in: trimmed, normalised and valid.
  const parsed = parseScenario(scenario);
  if (!parsed.ok) return fail(parsed.error.map((problem) => ({ ...problem, code: 'link.schema-invalid' })));
  const link = `#s=${sealPayload(payloadJson(parsed.value))}`;
  if (link.length <= LINK_MOST_CHARS) return ok(link);
  const chars = `${formatCount(link.length)} characters; more than ${formatCount(LINK_MOST_CHARS)}`;
  return problem(
    'link.too-big',
    `The link would have ${chars} do not survive mail and chat. Save the scenario as a file and send that.`,
  );
}

/** Compresses and signs a payload; tests use it to seal damage of their own. */
export function sealPayload(json: string): string {
  const payload = toBase64Url(deflateText(json));
  return `${SCHEMA_VERSION}.${payload}.${checksum(payload)}`;
}

/** The shortest of: the whole scenario, or a preset and what differs from it. The whole wins a tie, then the earlier preset. */
export function payloadJson(scenario: Scenario): string {
  const whole = minimalScenario(scenario);
  delete whole.schema;
  let best = stableText({ m: MODEL_VERSION, s: columnsOf(whole) });
  for (const preset of PRESETS) {
    const difference = differenceFrom(minimalScenario(preset.scenario), whole);
    const content: JsonObject = { m: MODEL_VERSION, p: preset.id };
    if (Object.keys(difference).length > 0) content.d = columnsOf(difference);
    const text = stableText(content);
    if (text.length < best.length) best = text;
  }
  return best;
}

/** By whole settings of the top level; null takes one away. Coarse, but there is nothing to get wrong. */
function differenceFrom(base: JsonObject, scenario: JsonObject): JsonObject {
  const difference: JsonObject = {};
  for (const [key, value] of Object.entries(scenario)) {
    if (stableText(base[key] ?? null) !== stableText(value)) difference[key] = value;
  }
  for (const key of Object.keys(base)) if (key !== 'schema' && !(key in scenario)) difference[key] = null;
  return difference;
}

function columnsOf(settings: JsonObject): JsonObject {
  const result: JsonObject = {};
  for (const [key, value] of Object.entries(settings))
    result[key] = Array.isArray(value) ? toColumns(value as JsonObject[]) : value;
  return result;
}

/** Does this hash want to be a link? Whatever stands there and is none is a broken one: no other scenario takes its place. */
export function hasLink(hash: string): boolean {
  return hash.replace(/^#/, '') !== '';
}

export function decodeLink(hash: string): Result<Scenario, LinkProblem[]> {
  const link = readLink(hash);
  return link.ok ? ok(link.value.scenario) : link;
}

/** `name` is the part to read: `s` is the scenario, `b` the one it is compared with. */
export function readLink(hash: string, name = 's'): Result<DecodedLink, LinkProblem[]> {
  const part = findPart(hash, name);
  if (part === null)
    return problem('link.missing', `There is no scenario in this link; it would begin with "#${name}=".`);
  if (part.length > DECODE_MOST_CHARS)
    return problem(
      'link.too-big',
      `The link has ${formatCount(part.length)} characters; at most ${formatCount(DECODE_MOST_CHARS)} are read.`,
    );
  const [version = '', payload, sum, ...more] = withoutMailMarks(part).split('.');
  if (!/^[1-9]\d{0,5}$/.test(version)) return problem('link.truncated', CUT);
  if (Number(version) > SCHEMA_VERSION)
    return problem('link.schema-newer', newerSchema(Number(version)).message);
  if (payload === undefined || sum === undefined || more.length > 0) return problem('link.truncated', CUT);
  const foreign = /[^A-Za-z0-9_-]/u.exec(payload);
  if (foreign)
    return problem(
      'link.not-base64',
      `The link contains "${foreign[0]}", which does not belong there. Copy it again, without what the mail program added.`,
    );
  if (checksum(payload) !== sum) return problem('link.truncated', CUT);
  const bytes = fromBase64Url(payload);
  if (!bytes)
    return problem(
      'link.not-base64',
      'The link does not decode to whole bytes. Ask for it again, or open the gallery.',
    );
  const text = inflateText(bytes, DECODE_MOST_BYTES);
  return text.ok ? readContent(text.value, Number(version)) : problem(...INFLATE_PROBLEMS[text.error]);
}

/**
 * What a mail program puts at a wrap and a sentence behind a link (a full stop, a bracket, a quotation mark): taken away where the
 * checksum then fits, so that nothing is guessed.
 */
function withoutMailMarks(part: string): string {
  const unwrapped = part.replace(/%0[AD]|%20|\s/giu, '');
  const found = /^([1-9]\d*\.([\w-]+)\.([0-9a-z]{7}))(?:[^\p{L}\p{N}%]|%[0-9A-F]{2})*$/iu.exec(unwrapped);
  return found && checksum(found[2] ?? '') === found[3] ? (found[1] as string) : part;
}

const CUT =
  'The link is cut off or damaged. Copy it again, whole; long links break where a mail program wraps lines.';
const INFLATE_PROBLEMS: Readonly<Record<InflateError, [LinkError, string]>> = {
  'not-deflate': ['link.not-deflate', 'The link does not unpack. Ask for it again, or open the gallery.'],
  'too-big': [
    'link.too-big',
    `The link unpacks to more than ${formatIec(DECODE_MOST_BYTES)}; no scenario is that large.`,
  ],
  'not-text': ['link.schema-invalid', 'The link does not hold text. Ask for it again, or open the gallery.'],
};

function findPart(hash: string, name: string): string | null {
  const parts = hash.replace(/^#/, '').split('&');
  const part = parts.find((one) => one.startsWith(`${name}=`));
  return part === undefined ? null : part.slice(name.length + 1);
}

function problem(code: LinkError, message: string, path = ''): Result<never, LinkProblem[]> {
  return fail([{ code, message, path }]);
}

function readContent(text: string, version: number): Result<DecodedLink, LinkProblem[]> {
  const json = parseJson(text);
  if (!json.ok) return problem('link.schema-invalid', json.error.message);
  const content = json.value;
  if (!isObject(content)) return problem('link.schema-invalid', 'The link holds no object.');
  const { m: modelVersion, s: whole, p: presetId, d: difference, ...unknown } = content;
  const foreign = Object.keys(unknown)[0];
  if (foreign !== undefined)
    return problem('link.schema-invalid', `The link holds "${shorten(foreign, 40)}", which is not known.`);
  if (typeof modelVersion !== 'number' || !Number.isSafeInteger(modelVersion) || modelVersion < 1) {
    return problem('link.schema-invalid', 'The model version "m" must be a whole number from 1 on.', 'm');
  }
  const settings =
    presetId === undefined ? ok<Json | undefined>(whole) : fromPreset(presetId, difference, whole);
  if (!settings.ok) return settings;
  const rows = rowsOf(settings.value);
  if (!rows.ok) return rows;
  const parsed = parseScenario({ ...rows.value, schema: version });
  if (!parsed.ok) return fail(parsed.error.map((one) => ({ ...one, code: 'link.schema-invalid' })));
  return ok({ scenario: parsed.value, modelVersion, preset: typeof presetId === 'string' ? presetId : null });
}

function fromPreset(
  id: Json,
  difference: Json | undefined,
  whole: Json | undefined,
): Result<JsonObject, LinkProblem[]> {
  const preset = typeof id === 'string' ? findPreset(id) : undefined;
  if (!preset) {
    const known = PRESETS.map((one) => one.id).join(', ');
    // Only a text is repeated: anything else may be nested too deeply to be written out.
    const named = typeof id === 'string' ? ` ${shorten(JSON.stringify(id), 60)}` : ' of this kind';
    return problem('link.unknown-preset', `There is no preset${named}; there are ${known}.`);
  }
  if (whole !== undefined || (difference !== undefined && !isObject(difference))) {
    return problem('link.schema-invalid', 'A link holds a whole scenario, or a preset with its differences.');
  }
  const settings = columnsOf(minimalScenario(preset.scenario));
  for (const [key, value] of Object.entries(difference ?? {})) {
    if (value === null) delete settings[key];
    else defineOwn(settings, key, value);
  }
  return ok(settings);
}

function rowsOf(settings: Json | undefined): Result<JsonObject, LinkProblem[]> {
  if (!isObject(settings)) return problem('link.schema-invalid', 'The link holds no scenario.');
  const rows: JsonObject = {};
  for (const [key, value] of Object.entries(settings)) {
    const items = LISTS.has(key) ? fromColumns(value) : value;
    if (items === null && LISTS.has(key))
      return problem('link.schema-invalid', 'The columns of this list do not have the same length.', key);
    defineOwn(rows, key, items);
  }
  return ok(rows);
}

/** Assignment to "__proto__" would change the object itself. */
function defineOwn(target: JsonObject, key: string, value: Json): void {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}

const LISTS: ReadonlySet<string> = new Set([
  'sites',
  'clusters',
  'networks',
  'hosts',
  'datastores',
  'vms',
  'actions',
]);
