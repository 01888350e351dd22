/**
 * Parameters of an engine as data: the field's own names with default, unit, bounds and source. What a user sets is read against
 * the table; a name the engine does not have is refused with the names it has.
 */
import { fail, ok, type Problem, type Result } from '../../base/result.ts';

export type ParameterValue = number | boolean | string;

export interface Parameter {
  readonly default: ParameterValue;
  /** Unit of a number: `ms`, `s`, `B`, `B/s`, `%`, `pages`, `` for a plain count or a switch. */
  readonly unit: string;
  readonly about: string;
  /** Where the default comes from: documentation, source file, paper, or "our choice" with the reason. */
  readonly source: string;
  readonly least?: number;
  readonly most?: number;
  /** The values a text may have. */
  readonly choices?: readonly string[];
}

export type ParameterTable = Readonly<Record<string, Parameter>>;

type Widened<T> = T extends boolean ? boolean : T extends number ? number : string;
/** All parameters of a table, defaults filled in. */
export type ValuesOf<T extends ParameterTable> = { readonly [K in keyof T]: Widened<T[K]['default']> };
export type Given = Readonly<Record<string, ParameterValue>>;

export function defaultsOf<T extends ParameterTable>(table: T): ValuesOf<T> {
  return Object.fromEntries(
    Object.entries(table).map(([name, { default: value }]) => [name, value]),
  ) as ValuesOf<T>;
}

/** Every problem at once: unknown names (with the known ones), wrong types, numbers out of bounds, texts out of the list. */
export function readParameters<T extends ParameterTable>(
  engine: string,
  table: T,
  given: Given,
): Result<ValuesOf<T>, Problem[]> {
  const problems = Object.keys(given).flatMap((name) => {
    const parameter = Object.hasOwn(table, name) ? table[name] : undefined;
    return parameter
      ? wrongValue(name, parameter, given[name] as ParameterValue)
      : [unknownName(engine, table, name)];
  });
  return problems.length > 0 ? fail(problems) : ok({ ...defaultsOf(table), ...given } as ValuesOf<T>);
}

function unknownName(engine: string, table: ParameterTable, name: string): Problem {
  const known = Object.keys(table).join(', ');
  const message = `${engine} has no parameter "${name.slice(0, 60)}"; it has ${known}.`;
  return { code: 'parameter.unknown', path: name, message };
}

function wrongValue(name: string, parameter: Parameter, value: ParameterValue): Problem[] {
  const wrong = (message: string): Problem[] => [{ code: 'parameter.value', path: name, message }];
  const type = typeof parameter.default;
  if (typeof value !== type) return wrong(`${name} takes a ${type}, not ${JSON.stringify(value)}.`);
  if (typeof value === 'string' && parameter.choices && !parameter.choices.includes(value))
    return wrong(`${name} is one of ${parameter.choices.join(', ')}, not "${value.slice(0, 60)}".`);
  if (typeof value !== 'number') return [];
  const { least = 0, most = Number.MAX_SAFE_INTEGER, unit } = parameter;
  const inside = Number.isFinite(value) && value >= least && value <= most;
  return inside ? [] : wrong(`${name} is from ${least} to ${most}${unit ? ` ${unit}` : ''}, not ${value}.`);
}
