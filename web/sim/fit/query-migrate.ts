/** QEMU's `query-migrate` (qapi/migration.json): one answer, a list of them, or one a line, with or without the {"return": ...} around it. */
import { ok, type Problem, type Result } from '../../base/result.ts';
import { refuse, sane, type Measured, type MeasuredSample } from './measured.ts';

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function readQueryMigrate(text: string): Result<Measured, Problem[]> {
  const values = answersIn(text);
  if (!values.ok) return values;
  const answers = values.value.filter((one) => isObject(one.ram));
  const last = answers.at(-1);
  if (!last)
    return refuse(
      'It is JSON, but no answer in it has a "ram" section, as query-migrate has while memory moves.',
    );
  const ram = last.ram as Json;
  const memoryBytes = sane(ram.total);
  if (!memoryBytes)
    return refuse('"ram.total" is missing: without it nobody knows how large the guest is.', 'ram.total');
  const pageBytes = sane(ram['page-size'], 1 << 30) || 4_096;
  const mbps = sane(ram.mbps);
  return ok({
    format: 'query-migrate',
    status: typeof last.status === 'string' ? last.status.slice(0, 40) : 'unknown',
    totalMs: sane(last['total-time']),
    setupMs: sane(last['setup-time']) ?? 0,
    downtimeMs: last.status === 'completed' ? sane(last.downtime) : null,
    transferredBytes: sane(ram.transferred),
    remainingBytes: sane(ram.remaining),
    memoryBytes,
    zeroPages: Math.min(sane(ram.duplicate) ?? 0, Math.floor(memoryBytes / pageBytes)),
    pageBytes,
    syncs: sane(ram['dirty-sync-count']),
    bytesPerSecond: mbps ? (mbps * 1_000_000) / 8 : null,
    dirtyPagesPerSecond: sane(ram['dirty-pages-rate']) || null,
    samples: answers.slice(0, -1).flatMap(sampleOf),
  });
}

function sampleOf(answer: Json): MeasuredSample[] {
  const ram = answer.ram as Json;
  const atMs = sane(answer['total-time']);
  return atMs === null
    ? []
    : [{ atMs, transferredBytes: sane(ram.transferred), remainingBytes: sane(ram.remaining) }];
}

function answersIn(text: string): Result<Json[], Problem[]> {
  const whole = parse(text);
  if (whole !== undefined) return ok((Array.isArray(whole) ? whole : [whole]).flatMap(unwrap));
  const answers: Json[] = [];
  for (const [at, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const value = parse(line);
    if (value === undefined)
      return refuse(`Line ${at + 1} is no JSON: ${line.trim().slice(0, 60)}`, `line ${at + 1}`);
    answers.push(...unwrap(value));
  }
  return ok(answers);
}

function unwrap(value: unknown): Json[] {
  if (!isObject(value)) return [];
  return isObject(value.return) ? [value.return] : [value];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
