import { expect, test } from 'vitest';
import { NS_PER_SECOND, PAGE_BYTES } from '../../web/base/units.ts';
import { compareJobs, type CompareRequest } from '../../web/sim/compare/jobs.ts';
import { TRACE_BOUNDS } from '../../web/sim/compare/trace.ts';
import { compareSlices } from '../../web/worker/compare-slices.ts';
import { compareLink, traceSpec } from '../support/compare.ts';
import { phaseOf } from '../support/precopy.ts';

const trace = traceSpec({
  phases: [phaseOf({ writesPerSecond: 8_000, workingSetBytes: 1_500 * PAGE_BYTES })],
});
const request: CompareRequest = {
  jobs: ['esxi-8', 'qemu-9.2'].map((engine) => ({ engine, parameters: {}, trace, link: compareLink() })),
  bounds: { ...TRACE_BOUNDS, horizonNs: 30 * NS_PER_SECOND },
  faults: [],
  formulas: { trace, bytesPerSecond: 4_000_000, goalSeconds: 0.5 },
};

test('slices hold every result, and of the progress between two of them the newest alone', () => {
  const results = (kind: string) => kind !== 'progress';
  const all = [...compareJobs(request)];
  // A clock that stands still makes one slice, one that jumps a slice for each message.
  const [once] = [...compareSlices(request, () => 0)];
  expect(once!.filter((one) => results(one.kind))).toEqual(all.filter((one) => results(one.kind)));
  expect(once!.some((one, i) => one.kind === 'progress' && once![i + 1]?.kind === 'progress')).toBe(false);
  let ms = 0;
  const many = [...compareSlices(request, () => (ms += 30))];
  expect(many.length).toBeGreaterThan(all.length / 2);
  expect(many.flat().filter((one) => results(one.kind))).toEqual(all.filter((one) => results(one.kind)));
});
