import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseCases } from '../../../web/sim/network/case-file.ts';
import { finishSeconds } from '../../../web/sim/network/fluid.ts';
import { relativeError, validateCases } from '../../../web/sim/network/validate.ts';

const text = readFileSync(join(import.meta.dirname, 'cases.jsonl'), 'utf8');
const flow = (links: number[], more: object = {}) => ({
  ...{ startSeconds: 0, bytes: 100, capBytesPerSecond: null, links },
  ...more,
});

function problemsOf(lines: string): string[] {
  const parsed = parseCases(lines);
  return parsed.ok ? [] : parsed.error.map(({ path, message }) => `${path} ${message}`);
}

describe('the 60 cases SimGrid 3.32 answered', () => {
  const parsed = parseCases(text);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  const cases = parsed.value;

  test('every finish time agrees within 2e-6', () => {
    const { verdict } = validateCases(cases);
    expect(verdict).toMatchObject({ cases: 60, flows: 2_863 });
    expect(verdict.worstRelativeError).toBeLessThanOrEqual(2e-6);
  });

  test('without expected times the answers are the same and there is no error', () => {
    const bare = cases.map((one) => ({ ...one, finishSeconds: null }));
    const { answers, verdict } = validateCases(bare);
    expect(verdict.worstRelativeError).toBeNull();
    expect(answers).toEqual(validateCases(cases).answers);
  });
});

describe('playing flows', () => {
  test('a flow that ends leaves its share to the others', () => {
    // 2 flows at 50 B/s: the short one ends at 1 s; the other has 100 B left, at 100 B/s.
    const flows = [flow([0], { bytes: 50 }), flow([0], { bytes: 150 })];
    expect(finishSeconds({ linkBytesPerSecond: [100], flows })).toEqual([1, 2]);
  });
  test('a flow starts later, after a time of nothing', () => {
    const flows = [flow([0]), flow([0], { startSeconds: 10 })];
    expect(finishSeconds({ linkBytesPerSecond: [100], flows })).toEqual([1, 11]);
  });
  test('no bytes end when they start; a flow without rate never ends', () => {
    const flows = [
      flow([0], { bytes: 0, startSeconds: 3 }),
      flow([1]),
      flow([0], { bytes: 0 }),
      flow([1, 0]),
    ];
    expect(finishSeconds({ linkBytesPerSecond: [100, 0], flows })).toEqual([3, null, 0, null]);
  });
  test('no flows', () => expect(finishSeconds({ linkBytesPerSecond: [1], flows: [] })).toEqual([]));
  test.each([
    [1.5, 1, 0.5],
    [null, null, 0],
    [null, 1, 1],
    [1, null, 1],
    [0, 0, 0],
    [0.25, 0, 0.25],
  ])('%j where %j is expected is off by %j', (got, expected, error) => {
    expect(relativeError(got, expected)).toBe(error);
  });
});

describe('a file of cases', () => {
  test('ids are the names in the file, or the index; blank lines do not count', () => {
    const parsed = parseCases('{"linkBytesPerSecond":[1],"flows":[]}\r\n\n{"id":"b","linkBytesPerSecond":[],"flows":[]}\n{"linkBytesPerSecond":[1],"flows":[]}');
    expect(parsed.ok && parsed.value.map((one) => one.id)).toEqual([0, 'b', 2]);
  }); // prettier-ignore

  test('everything wrong is named with its line and field', () => {
    const flows = [{ startSeconds: -1, bytes: '4', links: [0, 7] }, { startSeconds: 0, bytes: 1, links: [] }, 5, { startSeconds: 0, bytes: 1, links: [0, 0] }]; // prettier-ignore
    const lines = [
      JSON.stringify({ id: [], linkBytesPerSecond: [1, null], flows, finishSeconds: [1] }),
      '{"flows":[]',
      '',
      '[]',
      '{"flows":{}}',
    ];
    expect(problemsOf(lines.join('\n'))).toEqual([
      'line 1: id must be a text or a number.',
      'line 1: linkBytesPerSecond[1] must be a number from 0 on, but is null.',
      'line 1: flows[0].startSeconds must be a number from 0 on, but is -1.',
      'line 1: flows[0].bytes must be a number from 0 on, but is "4".',
      'line 1: flows[0].links[1] must be the index of a link, 0 to 1, but is 7.',
      'line 1: flows[1].links must name a link, or the flow needs a cap: nothing limits its rate.',
      'line 1: flows[2] must be an object.',
      'line 1: flows[3].links must name each link once.',
      'line 1: finishSeconds must be a list of 4 numbers, one for each flow.',
      'line 2 is no JSON.',
      'line 4 must be a JSON object.',
      'line 5: linkBytesPerSecond must be a list of bytes per second.',
      'line 5: flows must be a list of flows.',
    ]);
    expect(problemsOf('{"linkBytesPerSecond":[1],"flows":[{"links":[0]}]}')).toEqual([
      'line 1: flows[0].startSeconds is missing.',
      'line 1: flows[0].bytes is missing.',
    ]);
    expect(problemsOf('\n')).toEqual([' There is no case in it.']);
  });
});
