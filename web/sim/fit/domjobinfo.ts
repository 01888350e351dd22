/** libvirt's `virsh domjobinfo`, also with --completed: "Name:   value unit", one a line; several prints one after the other. */
import { ok, type Problem, type Result } from '../../base/result.ts';
import { refuse, sane, type Measured } from './measured.ts';

/** Bytes of a unit as virsh prints it. */
const BYTES: Readonly<Record<string, number>> = {
  B: 1,
  bytes: 1,
  KiB: 1_024,
  MiB: 1_048_576,
  GiB: 1_073_741_824,
  TiB: 1_099_511_627_776,
};
const MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, min: 60_000 };

interface Value {
  readonly number: number;
  readonly unit: string;
  readonly text: string;
}
type Fields = ReadonlyMap<string, Value>;

export function readDomJobInfo(text: string): Result<Measured, Problem[]> {
  const prints = printsIn(text);
  const last = prints.at(-1);
  if (!last) return refuse('No line reads "Job type:", which every print of domjobinfo begins with.');
  const memoryBytes = bytesOf(last, 'Memory total') ?? bytesOf(last, 'Data total');
  if (!memoryBytes)
    return refuse(
      '"Memory total" is missing: without it nobody knows how large the guest is.',
      'Memory total',
    );
  const pageBytes = bytesOf(last, 'Page size') || 4_096;
  const status = last.get('Job type')?.text ?? 'unknown';
  return ok({
    format: 'domjobinfo',
    status: status.toLowerCase() === 'completed' ? 'completed' : status.slice(0, 40),
    totalMs: msOf(last, 'Time elapsed'),
    setupMs: msOf(last, 'Setup time') ?? 0,
    downtimeMs: msOf(last, 'Total downtime'),
    transferredBytes: bytesOf(last, 'Memory processed') ?? bytesOf(last, 'Data processed'),
    remainingBytes: bytesOf(last, 'Memory remaining') ?? bytesOf(last, 'Data remaining'),
    memoryBytes,
    zeroPages: Math.min(numberOf(last, 'Constant pages') ?? 0, Math.floor(memoryBytes / pageBytes)),
    pageBytes,
    syncs: numberOf(last, 'Iteration'),
    bytesPerSecond: bytesOf(last, 'Memory bandwidth'),
    dirtyPagesPerSecond: numberOf(last, 'Dirty rate') || null,
    samples: prints.slice(0, -1).flatMap((one) => {
      const atMs = msOf(one, 'Time elapsed');
      if (atMs === null) return [];
      const transferredBytes = bytesOf(one, 'Memory processed') ?? bytesOf(one, 'Data processed');
      return [{ atMs, transferredBytes, remainingBytes: bytesOf(one, 'Memory remaining') }];
    }),
  });
}

function printsIn(text: string): Fields[] {
  const prints: Map<string, Value>[] = [];
  for (const line of text.split('\n')) {
    const [, name, rest] = /^\s*([A-Z][A-Za-z ]{2,40}):\s*(.*?)\s*$/.exec(line) ?? [];
    if (!name || rest === undefined) continue;
    if (name === 'Job type') prints.push(new Map());
    const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)\s*(\S*)$/.exec(rest) ?? [];
    prints.at(-1)?.set(name, { number: digits ? Number(digits) : NaN, unit, text: rest });
  }
  return prints;
}

const numberOf = (fields: Fields, name: string): number | null => sane(fields.get(name)?.number);

function msOf(fields: Fields, name: string): number | null {
  const value = fields.get(name);
  return value ? sane(value.number * (MS[value.unit] ?? NaN)) : null;
}

/** Also of rates: "548.123 MiB/s". */
function bytesOf(fields: Fields, name: string): number | null {
  const value = fields.get(name);
  return value ? sane(value.number * (BYTES[value.unit.replace('/s', '')] ?? NaN)) : null;
}
