import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { EXAMPLE_LOGS } from '../../../web/model/own-examples.ts';
import { MOST_CHARACTERS, readLog, type Measured } from '../../../web/sim/fit/index.ts';

function read(text: string): Measured {
  const result = readLog(text);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}
function refused(text: string): string {
  const result = readLog(text);
  return result.ok ? 'taken' : `${result.error[0]!.path}: ${result.error[0]!.message}`;
}
const example = (name: string) => EXAMPLE_LOGS.find((one) => one.name === name)!.text;

describe('a log of', () => {
  it('query-migrate, polled, with the answer around it', () => {
    const measured = read(example('query-migrate'));
    expect(measured).toMatchObject({
      ...{ format: 'query-migrate', status: 'completed', totalMs: 2_559, downtimeMs: 259, setupMs: 0 },
      ...{ transferredBytes: 175_720_855, memoryBytes: 268_967_936, zeroPages: 32_780, syncs: 5 },
    });
    expect(measured.samples).toEqual([
      { atMs: 101, transferredBytes: 11_096_816, remainingBytes: 241_307_648 },
      { atMs: 301, transferredBytes: 23_585_312, remainingBytes: 228_843_520 },
    ]);
    expect(Math.round(measured.bytesPerSecond!)).toBe(68_711_631);
  });

  it('query-migrate as one object, and as a list', () => {
    const one = { status: 'active', 'total-time': 7, ram: { total: 4_096_000, remaining: 9 } };
    expect(read(JSON.stringify(one))).toMatchObject({
      status: 'active',
      totalMs: 7,
      downtimeMs: null,
      remainingBytes: 9,
    });
    expect(read(JSON.stringify([one, one])).samples).toHaveLength(1);
  });

  it('domjobinfo, with its units', () => {
    expect(read(example('domjobinfo'))).toMatchObject({
      ...{
        format: 'domjobinfo',
        status: 'completed',
        totalMs: 2_559,
        downtimeMs: 259,
        syncs: 5,
        zeroPages: 32_780,
      },
      ...{ pageBytes: 4_096, memoryBytes: 256.508 * 1_048_576, transferredBytes: 167.58 * 1_048_576 },
    });
    const active =
      'Job type: Unbounded\nTime elapsed: 1.5 s\nMemory total: 2.000 GiB\nDirty rate: 1200 pages/s\n';
    expect(read(active)).toMatchObject({ status: 'Unbounded', totalMs: 1_500, dirtyPagesPerSecond: 1_200 });
    expect(read(active + active).samples).toHaveLength(1);
  });

  it('Cloud Hypervisor, an iteration a line, with whatever stands before it', () => {
    const measured = read(`cloud-hypervisor:  12.7s: <vmm> DEBUG -- ${example('Cloud Hypervisor')}`);
    expect(measured).toMatchObject({
      format: 'cloud-hypervisor',
      status: 'active',
      syncs: 4,
      memoryBytes: 6_144 * 1_048_576,
    });
    expect(measured.samples.map(({ atMs, remainingBytes }) => [atMs, remainingBytes! / 1_048_576])).toEqual([
      [0, 6_144],
      [3_110, 5_418],
      [6_140, 5_418],
      [9_120, 5_428],
    ]);
  });
});

describe('what is none of them is refused with what is wrong', () => {
  it.each([
    ['', 'log: There is nothing in it yet.'],
    ['hello', 'log: It is none of the three'],
    ['{"a":1}', 'log: It is JSON, but no answer in it has a "ram" section'],
    ['{"ram":{}}', 'ram.total: "ram.total" is missing'],
    ['{"ram":{"total":-5}}', 'ram.total: '],
    ['{"ram":{"total":1e400}}', 'ram.total: '],
    ['{"ram":{"total":4096}}\nnonsense', 'line 2: Line 2 is no JSON: nonsense'],
    ['Job type: Completed\nTime elapsed: 5 ms', 'Memory total: "Memory total" is missing'],
    ['Job type: Completed\nMemory total: 5 parsecs', 'Memory total: '],
    ['Precopy: iter=0 total=MiB', 'line 1: Line 1 begins like an iteration'],
    ['x'.repeat(MOST_CHARACTERS + 1), `log: It has ${MOST_CHARACTERS + 1} characters`],
  ])('%#', (text, says) => {
    expect(refused(text).startsWith(says)).toBe(true);
  });

  it('never throws, whatever is pasted', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '"ram"',
      ':',
      '[',
      'Job type:',
      'Memory total:',
      'Precopy: iter=',
      '9e99',
      ' GiB',
      '\n',
      'null',
      '-1',
    );
    fc.assert(
      fc.property(
        fc.array(fc.oneof(pieces, fc.string({ maxLength: 8 })), { maxLength: 20 }),
        (parts) => void readLog(parts.join('')),
      ),
      { numRuns: 500 },
    );
  });
});
