import { expect, test } from 'vitest';
import { MIB, NS_PER_SECOND, PAGE_BYTES } from '../../../web/base/units.ts';
import { errorsOf, predictions, writtenBytes } from '../../../web/sim/compare/predictions.ts';
import { compareLink, ran, traceOf } from '../../support/compare.ts';
import { phaseOf } from '../../support/precopy.ts';

const at = (all: ReturnType<typeof predictions>, id: string) => all.find((one) => one.id === id)!;

test('inputs come from the trace: distinct pages within a time', () => {
  const sweep = traceOf({ phases: [phaseOf({ pattern: 'sweep', writesPerSecond: 100 })] });
  expect(writtenBytes(sweep, NS_PER_SECOND)).toBe(100 * PAGE_BYTES);
  expect(writtenBytes(sweep, 60 * NS_PER_SECOND)).toBe(512 * PAGE_BYTES);
});

test('formulas agree on an idle guest, up to what they halve or leave out', () => {
  const idle = traceOf({
    phases: [phaseOf({ pattern: 'idle' })],
    content: { textPpm: 500_000, heapPpm: 500_000, randomPpm: 0 },
  });
  const all = predictions(idle, 4_000_000, 0.5);
  const seconds = (8 * MIB) / 4_000_000;
  expect(at(all, 'geometric').totalBytes).toBe(9 * MIB);
  expect(at(all, 'simgrid').totalSeconds).toBeCloseTo(seconds, 9);
  expect(at(all, 'cloudsim').totalSeconds).toBeCloseTo(2 * seconds, 9);
  expect(at(all, 'cloudsim-plus').totalSeconds).toBeCloseTo(2 * seconds, 9);
  expect(at(all, 'mvm').totalSeconds).toBeCloseTo((seconds * 9) / 8, 9);
  const run = ran('esxi-8', idle);
  const error = (id: string) => errorsOf(at(all, id), run);
  // Page headers and fixed costs are what the series does not know.
  expect(Math.abs(error('geometric').bytes!)).toBeLessThan(0.01);
  expect(error('cloudsim').total!).toBeGreaterThan(0.5);
  expect(error('cloudsim').downtime).toBe(null);
});

test('where a formula says that it never ends, or an engine did not, there is no error', () => {
  const storm = traceOf(
    { phases: [phaseOf({ writesPerSecond: 20_000, workingSetBytes: 8 * MIB })] },
    { horizonNs: 2e10 },
  );
  const all = predictions(storm, 4_000_000, 0.5);
  for (const id of ['geometric', 'simgrid', 'mvm']) expect(at(all, id).totalSeconds).toBe(null);
  const given = errorsOf(at(all, 'geometric'), ran('esxi-8', storm));
  expect(given).toEqual({ total: null, downtime: null, bytes: null });
  const open = ran('qemu-9.2', storm, {}, compareLink());
  expect(errorsOf(at(all, 'cloudsim'), open).total).toBe(null);
});
