/** What valibot found, in plain sentences: what is there, what may be there, and the amounts with the units of their field. */
import type { BaseIssue } from 'valibot';
import type { Problem } from '../base/result.ts';
import { formatCount, formatDuration, formatIec, formatLinkRate, formatPercent } from './quantity.ts';

/** `["vms", 0, "memoryBytes"]` is `vms[0].memoryBytes`, as it is written in code. */
export function pathText(keys: readonly PropertyKey[]): string {
  let path = '';
  for (const key of keys)
    path +=
      typeof key === 'number'
        ? `[${key}]`
        : path === ''
          ? shorten(String(key), 60)
          : `.${shorten(String(key), 60)}`;
  return path;
}

export function explainIssue(issue: BaseIssue<unknown>): Problem {
  const keys = (issue.path ?? []).map((item) => item.key as PropertyKey);
  const key = [...keys].reverse().find((one) => typeof one === 'string') ?? '';
  const [code, message] = sentence(issue, String(key));
  return { code, path: pathText(keys), message };
}

function sentence(issue: BaseIssue<unknown>, key: string): [code: string, message: string] {
  const got = show(issue.input, key);
  const need = (requirement: unknown) => show(requirement, key);
  const requirement = 'requirement' in issue ? issue.requirement : undefined;
  switch (issue.type) {
    case 'strict_object':
      return objectSentence(issue, key);
    case 'min_value':
      return ['scenario.range', `${got} is too small; it must be at least ${need(requirement)}.`];
    case 'max_value':
      return ['scenario.range', `${got} is too large; it must be at most ${need(requirement)}.`];
    case 'safe_integer':
      return [
        'scenario.integer',
        `${got} is not a whole number; write it in the base unit of the name, without a fraction.`,
      ];
    case 'multiple_of':
      return ['scenario.multiple', `${got} is not a multiple of ${need(requirement)}; round it to one.`];
    case 'min_length':
      return [
        'scenario.length',
        `It must have at least ${String(requirement)} ${plural(requirement, 'entry', 'entries')}; add one.`,
      ];
    case 'max_length':
      return ['scenario.length', lengthSentence(issue.input, requirement)];
    case 'picklist':
    case 'literal':
    case 'variant':
      return ['scenario.choice', choiceSentence(issue, got)];
    case 'regex':
    case 'check':
      return ['scenario.format', `${got} does not fit: it ${issue.message}.`];
    case 'ipv4':
      return ['scenario.format', `${got} is not an IPv4 address; write one such as 10.0.20.11.`];
    default:
      return [
        'scenario.type',
        `${got} is not ${article(issue.expected)}; write ${article(issue.expected)} here.`,
      ];
  }
}

function objectSentence(issue: BaseIssue<unknown>, key: string): [code: string, message: string] {
  if (issue.expected === 'never')
    return [
      'scenario.unknown-name',
      `There is no setting called "${shorten(key, 40)}" here; remove it or correct its name.`,
    ];
  if (issue.received === 'undefined' && issue.expected !== 'Object')
    return ['scenario.missing', `${issue.expected ?? 'A setting'} is missing; add it.`];
  return ['scenario.type', `${show(issue.input, key)} is not an object; write { ... } here.`];
}

function choiceSentence(issue: BaseIssue<unknown>, got: string): string {
  if (typeof issue.input === 'object' && issue.input !== null)
    return `It must be one of ${choices(issue.expected)}.`;
  return issue.input === undefined
    ? `It is missing; write ${choices(issue.expected)}.`
    : `${got} is not known; write ${choices(issue.expected)}.`;
}

/** valibot writes `("idle" | "sweep")`. */
function choices(expected: string | null): string {
  return (expected ?? '')
    .replace(/^\(|\)$/g, '')
    .replaceAll(' | ', ', ')
    .replace(/, ([^,]*)$/, ' or $1');
}

function lengthSentence(input: unknown, most: unknown): string {
  if (typeof input === 'string')
    return `It has ${formatCount(input.length)} characters; shorten it to ${String(most)}.`;
  const count = Array.isArray(input) ? formatCount(input.length) : 'too many';
  return `It has ${count} entries; at most ${formatCount(Number(most))} are allowed.`;
}

const NAMES: Readonly<Record<string, string>> = {
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
};

function article(expected: string | null): string {
  return NAMES[(expected ?? '').toLowerCase()] ?? 'what belongs here';
}

function plural(count: unknown, one: string, many: string): string {
  return count === 1 ? one : many;
}

/** A value as the reader wrote it and, where the name says the unit, as it is read aloud: `1000000 (1 ms)`. */
export function show(value: unknown, key: string): string {
  if (typeof value === 'string') return `"${shorten(value, 60)}"`;
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'A list';
  if (typeof value === 'object') return 'An object';
  if (typeof value !== 'number') return value === undefined ? 'Nothing' : String(value);
  const spoken = speak(value, key);
  return spoken === '' ? String(value) : `${value} (${spoken})`;
}

function speak(value: number, key: string): string {
  if (!Number.isFinite(value)) return '';
  if (key.endsWith('bytesPerSecond') || key.endsWith('BytesPerSecond')) return formatLinkRate(value);
  if (key.endsWith('Bytes') && Math.abs(value) >= 1024) return formatIec(value);
  if (key.endsWith('Ns') && value !== 0) return formatDuration(value);
  if (key.endsWith('Ppm')) return formatPercent(value);
  return Math.abs(value) >= 10_000 ? formatCount(value) : '';
}

export function shorten(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
