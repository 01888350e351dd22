/**
 * What a recorded migration was told: capabilities, and parameters by QEMU's own names. The table is that of the QEMU engines with
 * what only matters on the wire. Source: qapi/migration.json of 7.2 to 10.0.
 */
import { fail, ok, type Problem, type Result } from '../../base/result.ts';
import {
  readParameters,
  type Given,
  type ParameterTable,
  type ParameterValue,
  type ValuesOf,
} from '../policy/parameters.ts';
import { QEMU_92 } from '../policy/qemu-profiles.ts';

const QAPI = 'qapi/migration.json';
const count = (value: number, most: number, about: string) =>
  ({ default: value, unit: '', most, about, source: QAPI }) as const;
const ms = (value: number, most: number, about: string) =>
  ({ default: value, unit: 'ms', most, about, source: QAPI }) as const;

export const QEMU_RECORDED = {
  ...QEMU_92,
  compress: { default: false, unit: '', about: 'Pages through zlib threads; gone in 9.1.', source: QAPI },
  events: { default: false, unit: '', about: 'Reports states; changes nothing.', source: QAPI },
  'compress-level': count(1, 9, 'zlib level of compress.'),
  'compress-threads': count(8, 255, 'Threads that compress.'),
  'decompress-threads': count(2, 255, 'Threads that decompress.'),
  'announce-initial': ms(50, 100_000, 'First announcement after the move.'),
  'announce-max': ms(550, 100_000, 'Longest gap between announcements.'),
  'announce-rounds': count(5, 1000, 'Announcements.'),
  'announce-step': ms(100, 10_000, 'Each gap is longer by this.'),
} as const satisfies ParameterTable;

export type RecordedValues = ValuesOf<typeof QEMU_RECORDED>;

/** Switches of the table that are capabilities in QEMU; all are off by default. */
export const CAPABILITIES = [
  'events',
  'xbzrle',
  'auto-converge',
  'postcopy-ram',
  'multifd',
  'compress',
] as const;

/** Defaults with what was given. A name QEMU does not have, a capability that is not modelled, or a value out of range is refused. */
export function recordedValues(
  parameters: Readonly<Record<string, unknown>>,
  capabilities: readonly unknown[],
): Result<RecordedValues, Problem[]> {
  const known: readonly unknown[] = CAPABILITIES;
  const unknown = capabilities.filter((one) => !known.includes(one)).map(unknownCapability);
  const wrong = Object.entries(parameters).flatMap(([name, value]) => wrongType(name, value));
  const values = readParameters('QEMU', QEMU_RECORDED, parameters as Given);
  const places = values.ok ? [] : values.error.map((one) => ({ ...one, path: `parameters.${one.path}` }));
  const problems = [...unknown, ...(wrong.length > 0 ? wrong : places)];
  if (problems.length > 0 || !values.ok) return fail(problems);
  const on = Object.fromEntries(capabilities.map((one) => [one, true]));
  return ok({ ...values.value, ...on } as RecordedValues);
}

function unknownCapability(one: unknown): Problem {
  const message = `The capability ${JSON.stringify(one)} is not modelled; known are ${CAPABILITIES.join(', ')}.`;
  return { code: 'parameter.unknown', message, path: 'capabilities' };
}

function wrongType(name: string, value: unknown): Problem[] {
  const isCapability = (CAPABILITIES as readonly string[]).includes(name);
  const message = isCapability ? 'It is a capability and belongs to capabilities.' : 'It has to be a number.';
  const types: readonly string[] = ['number', 'boolean', 'string'] satisfies (typeof value)[];
  if (!isCapability && types.includes(typeof (value as ParameterValue))) return [];
  return [{ code: 'parameter.value', message, path: `parameters.${name}` }];
}
