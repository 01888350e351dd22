import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { NS_PER_SECOND, PAGE_BYTES } from '../../../web/base/units.ts';
import type { EngineRun } from '../../../web/sim/compare/engine-run.ts';
import { runEngine } from '../../../web/sim/compare/index.ts';
import { decisionSentence } from '../../../web/sim/compare/sentences.ts';
import type { WriteTrace } from '../../../web/sim/compare/trace.ts';
import { PROFILES } from '../../../web/sim/policy/index.ts';
import type { Given } from '../../../web/sim/policy/parameters.ts';
import { compareLink, ran, traceOf } from '../../support/compare.ts';
import { phaseOf } from '../../support/precopy.ts';

const ids = PROFILES.map((profile) => profile.id);
const idle = traceOf({ phases: [phaseOf({ pattern: 'idle' })] });
const calm = traceOf();
/** 8,000 writes a second over 1,500 pages: more than 4 MB/s carry. */
const storm = traceOf(
  { phases: [phaseOf({ writesPerSecond: 8_000, workingSetBytes: 1_500 * PAGE_BYTES })] },
  { horizonNs: 60 * NS_PER_SECOND },
);
/** Parameters that make each engine use what it has. */
const MECHANISMS: readonly (readonly [string, Given])[] = [
  ['esxi-8', { quickResume: true }],
  ['esxi-6.7', { sdps: false, quickResume: true }],
  ['qemu-2.6', { 'auto-converge': true }],
  ['qemu-7.2', { xbzrle: true, 'xbzrle-cache-size': 4_194_304 }],
  ['qemu-7.2', { multifd: true, 'multifd-channels': 4 }],
  ['qemu-7.2', { 'postcopy-ram': true, 'postcopy-after-precopy': true }],
  ['qemu-9.2', { multifd: true }],
  ['qemu-9.2', { 'auto-converge': true, 'cpu-throttle-tailslow': true }],
  ['qemu-9.2', { 'dirty-limit': true }],
  ['qemu-9.2', { 'postcopy-ram': true, 'postcopy-preempt': true, timeout: 3, 'timeout-action': 'postcopy' }],
  ['qemu-9.2', { timeout: 3 }],
  ['cloud-hypervisor', { memory_mode: 'postcopy' }],
  ['cloud-hypervisor', { timeout_s: 4, timeout_strategy: 'ignore' }],
  ['hyper-v', { VirtualMachineMigrationPerformanceOption: 'SMB' }],
  ['kubevirt', { allowPostCopy: true, stallProgressTimeout: 5 }],
  ['kubevirt', { completionTimeoutPerGiB: 600, allowWorkloadDisruption: true, stallDetector: false }],
  ['nova', { live_migration_downtime_delay: 3, live_migration_completion_timeout: 10 }],
  ['ovirt', { policy: 'Post-copy migration', migration_monitor_interval: 1 }],
  ['ovirt', { policy: 'Suspend workload if needed', migration_monitor_interval: 1 }],
  ['proxmox', { migrate_downtime: 0.01 }],
];
const ALL: readonly (readonly [string, Given])[] = [...ids.map((id) => [id, {}] as const), ...MECHANISMS];
const traces: readonly (readonly [string, WriteTrace])[] = [
  ['idle', idle],
  ['calm', calm],
  ['storm', storm],
];
const everyRun = traces.flatMap(([name, trace]) =>
  ALL.map(([id, given]) => ({ name, trace, id, run: ran(id, trace, given) })),
);

describe('every engine on every trace', () => {
  it.each(everyRun)('$id on $name: bytes add up, pages arrive, windows add up', ({ trace, run }) => {
    const { sent } = run;
    expect(run.wireBytes).toBe(sent.wholeBytes + sent.zeroBytes + sent.packedBytes + sent.otherBytes);
    expect(sent.otherBytes).toBeGreaterThanOrEqual(
      run.outcome === 'completed' ? trace.spec.deviceStateBytes : 0,
    );
    expect(sent.wholeBytes).toBeGreaterThanOrEqual(sent.wholePages * PAGE_BYTES);
    expect(sent.wholeBytes).toBeLessThanOrEqual(sent.wholePages * (PAGE_BYTES + 8));
    expect(run.pagesDifferent).toBe(0);
    expect(run.pagesCompared).toBe(run.outcome === 'completed' ? 2048 : 0);
    const windows = run.samples.map((one, i) => one.tNs - (run.samples[i - 1]?.tNs ?? 0));
    const carried = run.samples.reduce(
      (sum, one, i) => sum + one.sendBytesPerSecond * (windows[i]! / NS_PER_SECOND),
      0,
    );
    expect(carried / run.wireBytes).toBeCloseTo(1, 4);
    expect(run.samples.at(-1)!.tNs).toBe(run.totalNs);
    if (run.outcome === 'completed') expect(run.samples.at(-1)!.remainingBytes).toBe(0);
    expect(run.downtimeNs).toBeLessThanOrEqual(run.totalNs);
  });

  it.each(everyRun)('$id on $name: every decision has a sentence of numbers', ({ run }) => {
    for (const { decision } of run.decisions) {
      expect(decisionSentence(decision)).toMatch(/^[^–]*\.$/);
      expect(decisionSentence(decision)).not.toMatch(/NaN|undefined/);
    }
    const [last] = run.decisions.slice(-1);
    if (run.outcome === 'completed' || run.outcome === 'aborted')
      expect(run.reason).toBe(last!.decision.code);
  });

  it('is the same run every time', () => {
    for (const { id, run } of everyRun.filter((one) => one.name === 'storm').slice(0, ids.length))
      expect(ran(id, storm)).toEqual(run);
  });
});

const find = (name: string, id: string): EngineRun =>
  everyRun.find((one) => one.name === name && one.id === id)!.run;

test('an idle guest costs the same everywhere, but for what each engine adds by its documents', () => {
  const zeros = idle.classes.filter((kind) => kind === 0).length;
  const full = 2048 - zeros;
  const expected: Readonly<Record<string, number>> = {
    // Header and page; 9 bytes for a zero page; the bitmap of 2,048 pages.
    'esxi-8': full * 4104 + zeros * 9 + 256,
    // All pages, with two batches of 1,024.
    xen: 2048 * 4104 + 32,
  };
  const state = idle.spec.deviceStateBytes;
  for (const [id, bytes] of Object.entries(expected)) expect(find('idle', id).wireBytes).toBe(bytes + state);
  expect(find('idle', 'esxi-6.7').wireBytes).toBe(find('idle', 'esxi-8').wireBytes);
  // Pages without headers, 16 bytes for each stretch that is not zero.
  const cloud = find('idle', 'cloud-hypervisor');
  expect([cloud.sent.wholeBytes, cloud.sent.zeroBytes]).toEqual([full * 4096, 0]);
  expect(cloud.sent.otherBytes - state).toBeLessThan(16 * 128);
  // QEMU adds its stream header, block names, and a word at the end of each push.
  for (const id of ['qemu-2.6', 'qemu-7.2', 'qemu-9.2', 'kubevirt', 'nova', 'ovirt', 'proxmox']) {
    const { sent } = find('idle', id);
    expect([id, sent.wholeBytes, sent.zeroBytes]).toEqual([id, full * 4104, zeros * 9]);
    expect(sent.otherBytes - state).toBeLessThan(1_000);
  }
});

test('more bandwidth never takes longer, while nothing throttles the guest', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...ids.filter((id) => !id.startsWith('esxi') && id !== 'ovirt')),
      fc.integer({ min: 2_000_000, max: 20_000_000 }),
      fc.integer({ min: 0, max: 900 }),
      (id, bytesPerSecond, writesPerSecond) => {
        const trace = traceOf({ phases: [phaseOf({ writesPerSecond })] });
        const at = (factor: number) =>
          ran(id, trace, {}, compareLink({ bytesPerSecond: bytesPerSecond * factor })).totalNs;
        expect(at(2)).toBeLessThanOrEqual(at(1));
        expect(at(8)).toBeLessThanOrEqual(at(2));
      },
    ),
    { numRuns: 40 },
  );
});

test('a storm tells the engines apart', () => {
  expect(find('storm', 'esxi-8').lowestGuestPpm).toBeLessThan(1_000_000);
  expect(find('storm', 'qemu-7.2').outcome).toBe('unfinished');
  expect(find('storm', 'xen').reason).toBe('most-rounds');
  const { postCopy } = find('storm', 'esx-4');
  // What the bitmap names is fetched by faults or pushed first, and nothing else.
  expect(postCopy!.remoteFaults).toBeGreaterThan(0);
  expect(postCopy!.remoteFaults + postCopy!.pushedPages).toBe(postCopy!.missingPages);
});

test('all vCPUs stand still while traces are set where the engine is old, and only there', () => {
  expect(find('calm', 'esxi-6.7').traceStunNs).toBe(2048 * 125);
  expect(find('calm', 'esxi-8').traceStunNs).toBe(0);
});

test('the throttle climbs by two high periods, in QEMU 2.6 by three', () => {
  const ladder = (id: string) =>
    ran(id, storm, { 'auto-converge': true, 'max-bandwidth': 0 })
      .decisions.filter((one) => one.decision.code === 'auto-converge')
      .map((one) => ({ percent: one.decision.throttlePercent, syncs: one.round }));
  const [new72, old] = [ladder('qemu-7.2'), ladder('qemu-2.6')];
  expect(new72.slice(0, 3).map((one) => one.percent)).toEqual([20, 30, 40]);
  const gaps = (steps: typeof old) => steps.slice(1).map((one, i) => one.syncs - steps[i]!.syncs);
  expect(gaps(new72).every((gap) => gap >= 2)).toBe(true);
  expect(gaps(old).every((gap) => gap >= 3)).toBe(true);
});

test('what an engine does not have, or does not combine, is refused by name', () => {
  const refusal = (id: string, given: Given) => {
    const run = runEngine(id, given, idle, compareLink());
    return run.ok ? '' : run.error[0]!.message;
  };
  expect(refusal('xen', { sdps: true })).toMatch(/^Xen 4 has no parameter "sdps"; it has/);
  expect(refusal('vmware', {})).toBe('There is no engine called "vmware".');
  expect(refusal('qemu-7.2', { 'postcopy-after-precopy': true })).toBe(
    'postcopy-after-precopy needs postcopy-ram, which is off.',
  );
  expect(refusal('qemu-9.2', { 'dirty-limit': true, 'auto-converge': true })).toMatch(/exclude each other/);
  expect(refusal('qemu-9.2', { timeout: 0, 'timeout-action': 'postcopy' })).toBe('');
});
