/**
 * One scenario, one text: keys sorted, defaults left out, integers only, entity lists as columns. What the defaults are is read
 * from the schema itself, so a setting added there needs nothing here. Lists keep their order: it is the order in which hosts are
 * drawn and equal times are served, so it means something.
 */
import * as v from 'valibot';
import { scenarioSchema, type Scenario } from './schema.ts';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** The parts of a valibot schema that say what a default is; its own types hide them behind the value types. */
interface SchemaNode {
  readonly type: string;
  readonly entries?: Readonly<Record<string, SchemaNode>>;
  readonly item?: SchemaNode;
  readonly wrapped?: SchemaNode;
  readonly default?: unknown;
  readonly key?: string;
  readonly options?: readonly SchemaNode[];
  readonly literal?: unknown;
}

const root = scenarioSchema as unknown as SchemaNode;

/** The scenario without what the schema would fill in anyway. */
export function minimalScenario(scenario: Scenario): JsonObject {
  return minimal(root, scenario as unknown as Json) as JsonObject;
}

function minimal(node: SchemaNode, value: Json): Json {
  if (node.type === 'optional' && node.wrapped) return minimal(node.wrapped, value);
  if (node.type === 'array' && node.item && Array.isArray(value)) {
    const item = node.item;
    return value.map((one) => minimal(item, one));
  }
  if (!isObject(value)) return value;
  if (node.type === 'variant') return minimal(optionOf(node, value), value);
  const result: JsonObject = {};
  for (const [key, entry] of Object.entries(node.entries ?? {})) {
    const given = value[key];
    if (given === undefined) continue;
    const kept = minimal(entry, given);
    if (stableText(kept) !== defaultText(entry)) result[key] = kept;
  }
  return result;
}

function optionOf(node: SchemaNode, value: JsonObject): SchemaNode {
  const key = node.key ?? '';
  const option = node.options?.find((one) => one.entries?.[key]?.literal === value[key]);
  return option ?? { type: 'unknown' };
}

const defaultTexts = new WeakMap<SchemaNode, string>();

/** The default in its shortest form, or a text that no value has where a setting must be given. */
function defaultText(entry: SchemaNode): string {
  const known = defaultTexts.get(entry);
  if (known !== undefined) return known;
  let text = '';
  if (entry.type === 'optional' && entry.default !== undefined) {
    const filled = v.safeParse(entry as unknown as v.GenericSchema, undefined);
    if (filled.success) text = stableText(minimal(entry, filled.output as Json));
  }
  defaultTexts.set(entry, text);
  return text;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Keys in the order of their code units, at every depth. */
export function sortKeys(value: Json): Json {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (!isObject(value)) return value;
  const sorted: JsonObject = {};
  for (const key of Object.keys(value).sort()) sorted[key] = sortKeys(value[key] as Json);
  return sorted;
}

/** Equal values have equal texts. */
export function stableText(value: Json): string {
  return JSON.stringify(sortKeys(value));
}

/** The identity of a scenario: two that simulate alike and read alike have the same text. */
export function canonicalText(scenario: Scenario): string {
  return stableText(minimalScenario(scenario));
}

/**
 * `[{id: a, cores: 8}, {id: b}]` becomes `{id: [a, b], cores: [8, null]}`: equal names stand once and equal values side by side,
 * which a quarter fewer characters of link reward. Null stands for what an item leaves out; no setting has null as a value.
 */
export function toColumns(items: readonly JsonObject[]): JsonObject {
  const names = [...new Set(items.flatMap((item) => Object.keys(item)))].sort();
  const columns: JsonObject = {};
  for (const name of names) columns[name] = items.map((item) => item[name] ?? null);
  return columns;
}

/** The way back, for columns that anyone may have written: null where they are no columns. */
export function fromColumns(columns: Json): JsonObject[] | null {
  if (!isObject(columns)) return null;
  const names = Object.keys(columns);
  if (names.length > MOST_COLUMNS) return null;
  const items: JsonObject[] = [];
  for (const [index, name] of names.entries()) {
    const values = columns[name];
    if (!Array.isArray(values) || (index > 0 && values.length !== items.length)) return null;
    values.forEach((value, at) => {
      // Without a prototype no name is special, not even "__proto__".
      const item = (items[at] ??= Object.create(null) as JsonObject);
      if (value !== null) item[name] = value;
    });
  }
  return items;
}

const MOST_COLUMNS = 64;
