import { describe, expect, it, test } from 'vitest';
import { NS_PER_SECOND, PAGE_BYTES } from '../../../web/base/units.ts';
import type { EngineFault } from '../../../web/sim/compare/engine-run.ts';
import type { Given } from '../../../web/sim/policy/parameters.ts';
import { compareLink, ran, traceOf } from '../../support/compare.ts';
import { phaseOf } from '../../support/precopy.ts';

/** 1,500 pages are written again and again; 4 MB/s need 1.5 s for them. */
const storm = traceOf(
  { phases: [phaseOf({ writesPerSecond: 8_000, workingSetBytes: 1_500 * PAGE_BYTES })] },
  { horizonNs: 60 * NS_PER_SECOND },
);
const steady = traceOf({ phases: [phaseOf({ writesPerSecond: 300 })] });
const MOVES_FIRST: readonly (readonly [string, Given])[] = [
  ['esx-4', {}],
  ['esxi-8', { quickResume: true, sdps: false }],
  ['qemu-7.2', { 'postcopy-ram': true, 'postcopy-after-precopy': true }],
  ['qemu-9.2', { 'postcopy-ram': true, 'postcopy-preempt': true, 'postcopy-after-precopy': true }],
  ['cloud-hypervisor', { memory_mode: 'postcopy' }],
  ['ovirt', { policy: 'Post-copy migration', migration_monitor_interval: 1 }],
];
const down = (atNs: number, durationNs: number): EngineFault => ({ atNs, kind: 'network-down', durationNs });
const lost = (atNs: number, kind: 'source-lost' | 'target-lost'): EngineFault => ({
  atNs,
  kind,
  durationNs: 0,
});

describe.each(MOVES_FIRST)('%s %o, moved with pages still missing', (id, given) => {
  const calm = ran(id, storm, given);
  const middleNs = Math.floor((calm.postCopy!.startNs + calm.postCopy!.endNs) / 2);
  const at = (...faults: EngineFault[]) => ran(id, storm, given, compareLink(), faults);

  it('fetches every page once, what is touched first', () => {
    const { remoteFaults, pushedPages, missingPages, blockedNs } = calm.postCopy!;
    expect(missingPages).toBeGreaterThan(0);
    expect(remoteFaults).toBeGreaterThan(0);
    expect(remoteFaults + pushedPages).toBe(missingPages);
    expect(blockedNs).toBeGreaterThan(0);
    expect([calm.outcome, calm.runsOn, calm.pagesDifferent]).toEqual(['completed', 'target', 0]);
  });

  it('pauses in an outage and recovers: nothing is lost and nothing is sent again', () => {
    const run = at(down(middleNs, 5 * NS_PER_SECOND));
    expect([run.outcome, run.runsOn, run.pagesDifferent]).toEqual(['completed', 'target', 0]);
    expect(run.postCopy!.pausedNs).toBeGreaterThan(5 * NS_PER_SECOND);
    expect(run.totalNs).toBeGreaterThan(calm.totalNs + 4 * NS_PER_SECOND);
    expect(run.postCopy!.missingPages).toBe(calm.postCopy!.missingPages);
    expect(run.wireBytes).toBe(calm.wireBytes);
    expect(run.downtimeNs).toBe(calm.downtimeNs);
    // The guest stood still at the first page it lacked.
    expect(Math.min(...run.samples.filter((one) => one.tNs > middleNs).map((one) => one.guestPpm))).toBe(0);
  });

  it.each(['source-lost', 'target-lost'] as const)('is lost with a %s', (kind) => {
    const run = at(lost(middleNs, kind));
    expect([run.outcome, run.runsOn, run.reason]).toEqual(['guest-lost', 'nowhere', kind]);
    expect(run.totalNs).toBeGreaterThanOrEqual(middleNs);
    expect(run.postCopy!.remoteFaults + run.postCopy!.pushedPages).toBeLessThan(run.postCopy!.missingPages);
  });

  it('needs neither side any more once all pages are there', () => {
    expect(at(lost(calm.totalNs + 1, 'source-lost'))).toEqual(calm);
  });
});

describe.each(['esxi-8', 'xen', 'cloud-hypervisor', 'hyper-v', 'qemu-9.2', 'nova'])(
  '%s before the stun',
  (id) => {
    const calm = ran(id, steady);
    const earlyNs = Math.floor((calm.totalNs - calm.downtimeNs) / 2);
    const at = (...faults: EngineFault[]) => ran(id, steady, {}, compareLink(), faults);

    it('waits out a short outage', () => {
      const run = at(down(earlyNs, 2 * NS_PER_SECOND));
      expect([run.outcome, run.runsOn, run.pagesDifferent]).toEqual(['completed', 'target', 0]);
      expect(run.totalNs).toBeGreaterThan(calm.totalNs + NS_PER_SECOND);
    });

    it('leaves the guest where it was after a long one, or when the target is lost', () => {
      const long = at(down(earlyNs, 60 * NS_PER_SECOND));
      expect([long.outcome, long.runsOn, long.reason]).toEqual(['failed', 'source', 'network-down']);
      expect(long.totalNs).toBeLessThan(earlyNs + 21 * NS_PER_SECOND);
      const dead = at(lost(earlyNs, 'target-lost'));
      expect([dead.outcome, dead.runsOn, dead.downtimeNs]).toEqual(['failed', 'source', 0]);
    });

    it('loses the guest with its source', () => {
      const run = at(lost(earlyNs, 'source-lost'));
      expect([run.outcome, run.runsOn]).toEqual(['guest-lost', 'nowhere']);
    });

    it('goes back to the source when the target is lost in the stun', () => {
      const inStunNs = calm.totalNs - Math.floor(calm.downtimeNs / 2);
      const run = at(lost(inStunNs, 'target-lost'));
      expect([run.outcome, run.runsOn]).toEqual(['failed', 'source']);
      expect(run.downtimeNs).toBeGreaterThan(0);
    });
  },
);

test('a switchover longer than its limit fails, and the guest runs on at the source', () => {
  const run = ran('esxi-8', storm, { maxSwitchoverSeconds: 1 }, compareLink(), [
    down(ran('esxi-8', storm).totalNs - 300_000_000, 3 * NS_PER_SECOND),
  ]);
  expect([run.outcome, run.reason, run.runsOn, run.downtimeNs]).toEqual([
    'failed',
    'switchover-timeout',
    'source',
    NS_PER_SECOND,
  ]);
});

test('a channel of their own brings requested pages sooner', () => {
  const given = { 'postcopy-ram': true, 'postcopy-after-precopy': true };
  const plain = ran('qemu-9.2', storm, given).postCopy!;
  const preempt = ran('qemu-9.2', storm, { ...given, 'postcopy-preempt': true }).postCopy!;
  expect(preempt.blockedNs / preempt.remoteFaults).toBeLessThan(plain.blockedNs / plain.remoteFaults / 10);
});
