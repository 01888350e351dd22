import { describe, expect, it, test } from 'vitest';
import { NS_PER_SECOND, PAGE_BYTES } from '../../../web/base/units.ts';
import { largestDifference } from '../../../web/sim/compare/differences.ts';
import { compareJobs, type CompareJob, type CompareMessage } from '../../../web/sim/compare/jobs.ts';
import { remediesFor } from '../../../web/sim/compare/remedies.ts';
import { TRACE_BOUNDS } from '../../../web/sim/compare/trace.ts';
import type { Given } from '../../../web/sim/policy/parameters.ts';
import { compareLink, ran, traceOf, traceSpec } from '../../support/compare.ts';
import { phaseOf } from '../../support/precopy.ts';

const bounds = { ...TRACE_BOUNDS, horizonNs: 30 * NS_PER_SECOND };
const stormSpec = traceSpec({
  phases: [phaseOf({ writesPerSecond: 8_000, workingSetBytes: 1_500 * PAGE_BYTES })],
});
const storm = traceOf(stormSpec, bounds);
const idle = traceOf({ phases: [phaseOf({ pattern: 'idle' })] });
const steady = traceOf({ phases: [phaseOf({ writesPerSecond: 300 })] });

describe('the largest difference', () => {
  it('is the end, where one has none: what it meets, and how the other ended', () => {
    const runs = [ran('qemu-7.2', storm), ran('esxi-8', storm), ran('xen', storm)];
    const found = largestDifference(runs)!;
    expect([found.measure, found.more, found.cause.kind]).toEqual(['end', 0, 'end']);
    if (found.cause.kind !== 'end') throw new Error('an end is explained by an end');
    const { cause } = found;
    // 1,500 pages are dirty again after each pass, and 300 ms of 4 MB/s are 1.2 MB.
    expect(cause.leastLeftBytes).toBeGreaterThan(1_200_000);
    expect(cause.sendBytesPerSecond / 4_000_000).toBeCloseTo(1, 1);
    const quickest = runs[1]!.totalNs < runs[2]!.totalNs ? 1 : 2;
    expect(found.less).toBe(quickest);
    expect(cause.other).toBe(quickest === 1 ? 'slowed' : 'stopped');
  });

  it('is the rate where a cap holds one back', () => {
    const slow = ran('qemu-7.2', idle, { 'max-bandwidth': 1_000_000, 'downtime-limit': 1 });
    const found = largestDifference([
      slow,
      ran('qemu-7.2', idle, { 'max-bandwidth': 3_000_000, 'downtime-limit': 1 }),
    ])!;
    expect([found.measure, found.more, found.less, found.cause.kind]).toEqual(['total', 0, 1, 'rate']);
  });

  it('is the pass that is not over, where one is slower than the horizon', () => {
    const short = traceOf({ phases: [phaseOf({ pattern: 'idle' })] }, { horizonNs: 3 * NS_PER_SECOND });
    const found = largestDifference([
      ran('qemu-7.2', short, { 'max-bandwidth': 1_000_000 }),
      ran('xen', short),
    ])!;
    expect([found.measure, found.more, found.cause.kind]).toEqual(['end', 0, 'first-pass']);
  });

  it('is what a page costs where zeros are sent', () => {
    const zeros = traceOf({
      phases: [phaseOf({ pattern: 'idle' })],
      content: { textPpm: 100_000, heapPpm: 0, randomPpm: 0 },
    });
    const found = largestDifference([ran('esxi-8', zeros), ran('xen', zeros)])!;
    expect([found.more, found.less, found.cause.kind]).toEqual([1, 0, 'page-bytes']);
  });

  it('is what was left where one stops earlier', () => {
    const runs = [
      ran('esxi-8', steady, { switchoverTimeGoal: 1 }),
      ran('esxi-8', steady, { switchoverTimeGoal: 2_000 }),
    ];
    const found = largestDifference(runs)!;
    expect([found.measure, found.more, found.cause.kind]).toEqual(['stun', 1, 'left']);
  });

  it('is none between equals', () => {
    const run = ran('esxi-8', idle);
    expect(largestDifference([run, run])).toBeNull();
    expect(largestDifference([run])).toBeNull();
  });
});

describe('what may help', () => {
  const kinds = (engine: string, parameters: Given = {}) => [
    ...new Set(
      remediesFor({ engine, parameters, link: compareLink(), trace: stormSpec }).map((one) => one.kind),
    ),
  ];

  it('are the means the engine has and does not use yet', () => {
    expect(kinds('xen')).toEqual(['bandwidth', 'smaller-set']);
    expect(kinds('esxi-8', { sdps: false })).toEqual(['sdps', 'post-copy', 'bandwidth', 'smaller-set']);
    expect(kinds('qemu-9.2', { 'auto-converge': true })).toEqual([
      'no-cap',
      'dirty-limit',
      'xbzrle',
      'post-copy',
      'bandwidth',
      'smaller-set',
    ]);
    expect(kinds('kubevirt')).toContain('throttle');
  });

  it('are runs: of one kind the least change that ends it', () => {
    const patient = { engine: 'qemu-9.2', parameters: {}, link: compareLink(), trace: stormSpec };
    const remedies = remediesFor(patient);
    const jobs = remedies.map((one): CompareJob => ({ ...one, engine: patient.engine, group: one.kind }));
    const messages = [...compareJobs({ jobs, bounds, faults: [], formulas: null })];
    const ends = messages.filter((one) => one.kind === 'run' || one.kind === 'left-out');
    expect(ends.map((one) => one.job)).toEqual(jobs.map((_, job) => job));
    for (const kind of ['throttle', 'post-copy', 'bandwidth', 'smaller-set']) {
      const completed = ends.filter(
        (one) => one.kind === 'run' && one.run.outcome === 'completed' && remedies[one.job]!.kind === kind,
      );
      expect([kind, completed.length]).toEqual([kind, 1]);
    }
  });
});

test('jobs tell their progress, their run or their refusal, and last what the formulas say', () => {
  const job = (engine: string, parameters: Given = {}): CompareJob => ({
    engine,
    parameters,
    trace: stormSpec,
    link: compareLink(),
  });
  const jobs = [job('esxi-8'), job('xen', { sdps: true }), job('qemu-7.2')];
  const formulas = { trace: stormSpec, bytesPerSecond: 4_000_000, goalSeconds: 0.5 };
  const messages = [...compareJobs({ jobs, bounds, faults: [], formulas })];
  const of = (kind: CompareMessage['kind']) => messages.filter((one) => one.kind === kind);
  expect(of('run').map((one) => 'job' in one && one.job)).toEqual([0, 2]);
  expect(of('refused')).toMatchObject([{ job: 1, problems: [{ code: 'parameter.unknown', path: 'sdps' }] }]);
  expect(messages.at(-1)!.kind).toBe('predictions');
  const shares = of('progress').map((one) => (one.kind === 'progress' && one.job === 2 ? one.doneShare : 0));
  expect(Math.max(...shares)).toBeGreaterThan(0.9);
  expect(structuredClone(messages)).toEqual(messages);
});
