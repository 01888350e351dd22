/** Reads the inputs of a record, and the outcome where it has one. Whatever else the record holds is never looked at. */
import { MIB, NS_PER_MS, NS_PER_SECOND, PAGE_BYTES } from '../../base/units.ts';
import { fail, ok, type Problem, type Result } from '../../base/result.ts';
import { recordedValues } from './parameters.ts';
import type { DirtierConfig, RunInput } from './record.ts';

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Takes fields out of a record and keeps what is wrong with them. */
class Reader {
  readonly problems: Problem[] = [];

  constructor(private readonly fields: Fields) {}

  at(path: string): unknown {
    let value: unknown = this.fields;
    for (const name of path.split('.')) value = isFields(value) ? value[name] : undefined;
    return value;
  }

  wrong(path: string, message: string): void {
    this.problems.push({ code: 'qemu-record', message, path });
  }

  number(path: string, least: number, most: number, absent?: number): number {
    const value = this.at(path) ?? absent;
    if (value === undefined) this.wrong(path, 'It is missing; it has to be a number.');
    else if (typeof value !== 'number' || !Number.isFinite(value)) this.wrong(path, 'It has to be a number.');
    else if (value < least || value > most)
      this.wrong(path, `It has to be ${least} to ${most}, not ${value}.`);
    else return value;
    return least;
  }

  oneOf<T extends string>(path: string, choices: readonly T[]): T {
    const value = this.at(path);
    if ((choices as readonly unknown[]).includes(value)) return value as T;
    const is = value === undefined ? 'is missing' : `is ${JSON.stringify(value)}`;
    this.wrong(path, `It ${is}; it has to be one of ${choices.join(', ')}.`);
    return choices[0]!;
  }

  listAt(path: string): readonly unknown[] {
    const value = this.at(path);
    if (Array.isArray(value)) return value;
    this.wrong(path, value === undefined ? 'It is missing; it has to be a list.' : 'It has to be a list.');
    return [];
  }

  fieldsAt(path: string): Fields {
    const value = this.at(path);
    if (isFields(value)) return value;
    this.wrong(
      path,
      value === undefined ? 'It is missing; it has to be an object.' : 'It has to be an object.',
    );
    return {};
  }
}

const PASSING_SHARE = 0.25;
const TIB_IN_MIB = 1_048_576;
const PATTERNS = ['seq', 'random', 'hotcold'] as const;
const CONTENTS = ['zero', 'random', 'text', 'const'] as const;

export function readInput(value: unknown): Result<RunInput, Problem[]> {
  if (!isFields(value))
    return fail([{ code: 'qemu-record', message: 'A record has to be a JSON object.', path: '' }]);
  const reader = new Reader(value);
  reader.fieldsAt('config');
  const values = recordedValues(reader.fieldsAt('parameters'), reader.listAt('capabilities'));
  const input = { ...machineOf(reader), ...courseOf(reader), dirtier: dirtierOf(reader) };
  checkRoom(reader, input);
  const problems = [...reader.problems, ...(values.ok ? [] : values.error)];
  return problems.length > 0 || !values.ok ? fail(problems) : ok({ ...input, values: values.value });
}

function machineOf(reader: Reader) {
  const kind = reader.at('kind');
  if (typeof kind !== 'string') reader.wrong('kind', 'It has to be a text.');
  return {
    kind: String(kind),
    qemuMajor: majorOf(reader),
    q35: reader.at('config.machine') === 'q35',
    memoryBytes: reader.number('config.mem_mib', 17, TIB_IN_MIB / 64) * MIB,
    filledBytes: reader.number('config.filled_mib', 0, TIB_IN_MIB / 64) * MIB,
    content: reader.oneOf('config.content', CONTENTS),
  };
}

function majorOf(reader: Reader): number {
  const version = reader.at('qemu');
  const major = typeof version === 'string' ? /^(\d+)\./.exec(version)?.[1] : undefined;
  if (major !== undefined) return Number(major);
  reader.wrong('qemu', 'It has to be a version such as "7.2.22".');
  return 0;
}

function courseOf(reader: Reader) {
  const after = reader.at('config.postcopy_after_s') ?? null;
  return {
    linkBytesPerSecond: Math.round(reader.number('config.link_mib', 0, 1_000_000, 0) * MIB),
    postcopyAfterNs:
      after === null ? null : Math.round(reader.number('config.postcopy_after_s', 0, 3600) * NS_PER_SECOND),
    timeoutNs: Math.round(reader.number('config.timeout_s', 0.1, 3600) * NS_PER_SECOND),
  };
}

function dirtierOf(reader: Reader): DirtierConfig {
  return {
    pattern: reader.oneOf('config.pattern', PATTERNS),
    ...writeOf(reader),
    setPages: Math.round((reader.number('config.ws_mib', 1 / 256, TIB_IN_MIB / 64) * MIB) / PAGE_BYTES),
    writesPerSecond: rateOf(reader),
    writesBefore: Math.round(reader.number('writes_before_migrate', 0, 1e9)),
    backlogNs: Math.round(reader.number('config.backlog_ms', 0, 10_000, 20) * NS_PER_MS),
  };
}

/**
 * The guest paces itself by its TSC and drops what it is late with, so that a short warm-up below the wanted rate is a passing
 * disturbance (in all nine such records the rate during the migration was the wanted one again, within 2 %). Far below it the
 * guest cannot keep the rate at all, and the warm-up says what it can.
 */
function rateOf(reader: Reader): number {
  const wanted = reader.number('config.rate', 0, 1e7);
  const measured = reader.number('warmup.writes_per_s', 0, 1e7);
  return Math.abs(measured - wanted) <= wanted * PASSING_SHARE ? wanted : measured;
}

function writeOf(reader: Reader): Pick<DirtierConfig, 'write' | 'writeBytes'> {
  const write = reader.at('config.write');
  if (write === 'byte') return { write: 'byte', writeBytes: 0 };
  if (write === 'zeropage') return { write: 'zero', writeBytes: 0 };
  const bytes = write === 'page' ? PAGE_BYTES : Number(write);
  const isCount = Number.isInteger(bytes) && bytes >= 4 && bytes <= PAGE_BYTES;
  if (!isCount || (typeof write !== 'string' && typeof write !== 'number'))
    reader.wrong(
      'config.write',
      'It has to be "byte", "page", "zeropage" or a number of bytes from 4 to 4096.',
    );
  return { write: 'random', writeBytes: isCount ? bytes : 4 };
}

/** The filled and the written area start at 16 MiB and have to lie in memory. */
function checkRoom(
  reader: Reader,
  input: { memoryBytes: number; filledBytes: number; dirtier: DirtierConfig },
): void {
  const room = input.memoryBytes - 16 * MIB;
  if (input.filledBytes > room) reader.wrong('config.filled_mib', 'It does not fit in mem_mib above 16 MiB.');
  const { setPages, writesPerSecond, writesBefore } = input.dirtier;
  const writes = writesPerSecond > 0 || writesBefore > 0;
  if (writes && setPages * PAGE_BYTES > room)
    reader.wrong('config.ws_mib', 'It does not fit in mem_mib above 16 MiB.');
}

export interface RunMeasurement {
  readonly outcome: string | null;
  readonly totalMs: number | null;
  readonly downtimeMs: number | null;
  readonly stopToResumeMs: number | null;
  readonly transferred: number | null;
  readonly syncs: number | null;
  readonly normal: number | null;
  readonly duplicate: number | null;
}

/** The outcome of a record, null where the file has none. */
export function readMeasurement(value: unknown): RunMeasurement | null {
  const measured = isFields(value) ? value['measured'] : undefined;
  if (!isFields(measured)) return null;
  const number = (name: string) => {
    const found = measured[name];
    return typeof found === 'number' && Number.isFinite(found) ? found : null;
  };
  const outcome = measured['outcome'];
  return {
    outcome: typeof outcome === 'string' ? outcome : null,
    totalMs: number('total_ms'),
    downtimeMs: number('downtime_ms'),
    stopToResumeMs: number('stop_to_resume_ms'),
    transferred: number('transferred'),
    syncs: number('syncs'),
    normal: number('normal'),
    duplicate: number('duplicate'),
  };
}

/** Missing flags count as undisturbed. */
export function isDisturbed(value: unknown): boolean {
  const flags = isFields(value) ? value['flags'] : undefined;
  return Array.isArray(flags) && flags.includes('disturbed');
}
