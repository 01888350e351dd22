import { describe, expect, it } from 'vitest';
import { CLOUD_HYPERVISOR, decideCloudHypervisor } from '../../../web/sim/policy/cloud-hypervisor.ts';
import type { PollFacts, PollSample, RoundEndFacts } from '../../../web/sim/policy/decision.ts';
import { decideEsxi, ESX_4, ESXI_67, ESXI_8 } from '../../../web/sim/policy/esxi-profiles.ts';
import { decideHyperV, HYPER_V } from '../../../web/sim/policy/hyper-v.ts';
import { findProfile, PROFILES, profileParameters } from '../../../web/sim/policy/index.ts';
import { decideKubevirt, KUBEVIRT } from '../../../web/sim/policy/kubevirt.ts';
import { decideNova, NOVA, novaDowntimeSteps } from '../../../web/sim/policy/nova.ts';
import { decideOvirt, OVIRT, stalledIterations } from '../../../web/sim/policy/ovirt.ts';
import { defaultsOf } from '../../../web/sim/policy/parameters.ts';
import { decideProxmox, PROXMOX, proxmoxCacheBytes } from '../../../web/sim/policy/proxmox.ts';
import * as qemu from '../../../web/sim/policy/qemu-profiles.ts';
import { decideXen, XEN, XEN_CLASSIC } from '../../../web/sim/policy/xen.ts';

const round = (over: Partial<RoundEndFacts> = {}): RoundEndFacts => ({
  rounds: 2,
  elapsedMs: 10_000,
  sentBytes: 1e9,
  leftPages: 100_000,
  leftBytes: 4.104e8,
  bytesPerSecond: 1e8,
  totalSentPages: 300_000,
  memoryPages: 262_144,
  leftBefore: [],
  throttlePercent: 0,
  ...over,
});
const poll = (over: Partial<PollFacts> = {}): PollFacts & { sinceMs: number } => ({
  elapsedMs: 10_000,
  iteration: 3,
  remainingBytes: 5e8,
  bytesPerSecond: 1e8,
  downtimeLimitMs: 100,
  dataGiB: 2,
  history: [],
  sinceMs: 0,
  ...over,
});
/** One poll a second, each an iteration of its own, with so much remaining. */
const history = (...remaining: number[]): PollSample[] =>
  remaining.map((remainingBytes, i) => ({
    elapsedMs: i * 1000,
    iteration: i,
    remainingBytes,
    bytesPerSecond: 1e8,
  }));

describe('the registry', () => {
  it('has unique ids, one sentence each, and a source for every parameter', () => {
    expect(new Set(PROFILES.map((one) => one.id)).size).toBe(PROFILES.length);
    for (const profile of PROFILES) {
      expect(profile.about).toMatch(/^[^.]+(\.\d[^.]*)*\.$/);
      for (const parameter of Object.values(profile.table)) {
        expect(parameter.source).not.toBe('');
        expect(parameter.about).not.toBe('');
      }
    }
  });

  it('refuses unknown names with the known ones, wrong types and values out of bounds', () => {
    const xen = findProfile('xen')!;
    const read = profileParameters(xen, { 'downtime-limit': 300 });
    expect(!read.ok && read.error[0]?.message).toBe(
      'Xen 4 has no parameter "downtime-limit"; it has max_iterations, target_dirty_count, max_factor.',
    );
    expect(profileParameters(xen, { max_iterations: 0 }).ok).toBe(false);
    expect(profileParameters(xen, { max_iterations: true }).ok).toBe(false);
    expect(profileParameters(xen, { toString: 1 }).ok).toBe(false);
    expect(profileParameters(findProfile('nova')!, { live_migration_timeout_action: 'hope' }).ok).toBe(false);
    const given = profileParameters(xen, { max_iterations: 7 });
    expect(given.ok && given.value).toEqual({ max_iterations: 7, target_dirty_count: 50, max_factor: 0 });
  });
});

describe('engines that decide after a round', () => {
  it.each([
    [{ leftPages: 49 }, 'few-pages'],
    [{ leftPages: 50 }, 'many-pages'],
    [{ rounds: 4 }, 'many-pages'],
    [{ rounds: 5 }, 'most-rounds'],
  ])('Xen %o: %s', (over, code) => expect(decideXen(defaultsOf(XEN), round(over)).code).toBe(code));

  it.each([
    [{ rounds: 28 }, 'many-pages'],
    [{ rounds: 29 }, 'most-rounds'],
    [{ totalSentPages: 3 * 262_144 }, 'many-pages'],
    [{ totalSentPages: 3 * 262_144 + 1 }, 'sent-too-much'],
  ])('Xen 2005 %o: %s', (over, code) =>
    expect(decideXen(defaultsOf(XEN_CLASSIC), round(over)).code).toBe(code),
  );

  it.each([
    [{ leftBytes: 3e7 }, {}, 'switch-over'], // 300 ms
    [{ leftBytes: 3.01e7 }, {}, 'go-on'],
    [{ leftBytes: 0 }, {}, 'switch-over'],
    [{ elapsedMs: 3_600_000 }, {}, 'abort'],
    [{ elapsedMs: 3_599_999 }, {}, 'go-on'],
    [{ elapsedMs: 3_600_000 }, { timeout_strategy: 'ignore' }, 'pause'],
    [{}, { memory_mode: 'postcopy' }, 'post-copy'],
  ])('Cloud Hypervisor %o %o: %s', (over, given, action) =>
    expect(decideCloudHypervisor({ ...defaultsOf(CLOUD_HYPERVISOR), ...given }, round(over)).action).toBe(
      action,
    ),
  );

  it.each([
    [ESXI_8, { leftBytes: 5e7 }, 'switch-over'], // 500 ms
    [ESXI_8, { leftBytes: 5e7 + 1 }, 'go-on'],
    [ESXI_8, { leftBytes: 1e9 }, 'throttle'],
    [ESXI_67, { leftBytes: 1e9 }, 'throttle'],
    [ESX_4, { leftBytes: 1e9 }, 'go-on'],
    [ESX_4, { leftBytes: 1e9, leftBefore: [1e9, 1e9, 1e9, 1e9, 1e9] }, 'post-copy'],
    [
      { ...ESX_4, quickResume: { ...ESX_4.quickResume, default: false } },
      { leftBytes: 1e9, leftBefore: [1e9, 1e9, 1e9, 1e9, 1e9] },
      'abort',
    ],
  ] as const)('ESXi: %#', (table, over, action) =>
    expect(decideEsxi(defaultsOf(table), round(over)).action).toBe(action),
  );

  it('SDPS throttles to 65 % where as much was left as sent', () => {
    expect(decideEsxi(defaultsOf(ESXI_8), round({ leftBytes: 1e9 })).throttlePercent).toBe(35);
  });

  it('Hyper-V ends after its passes', () => {
    expect(decideHyperV(defaultsOf(HYPER_V), round({ rounds: 9 })).action).toBe('go-on');
    expect(decideHyperV(defaultsOf(HYPER_V), round({ rounds: 10 })).action).toBe('switch-over');
  });
});

describe('QEMU', () => {
  const values = defaultsOf(qemu.QEMU_92);
  const facts = (over: Partial<qemu.QemuFacts>): qemu.QemuFacts => ({
    at: 'window',
    elapsedMs: 1000,
    passes: 1,
    postcopyAsked: false,
    pendingBytes: 1e9,
    thresholdBytes: 4e7,
    periodMs: 1001,
    dirtiedBytes: 51,
    sentBytes: 100,
    highCount: 1,
    throttlePercent: 0,
    ...over,
  });
  const decide = (id: keyof typeof qemu.QEMU_RULES, given: object, over: Partial<qemu.QemuFacts>) =>
    qemu.decideQemu(qemu.QEMU_RULES[id], { ...values, ...given }, facts(over));

  it.each([
    [{ pendingBytes: 4e7 }, {}, 'go-on'], // strictly less
    [{ pendingBytes: 4e7 - 1 }, {}, 'switch-over'],
    [{ pendingBytes: 0, thresholdBytes: 0 }, {}, 'switch-over'],
    [{ passes: 0 }, { 'postcopy-after-precopy': true }, 'go-on'],
    [{ passes: 1 }, { 'postcopy-after-precopy': true }, 'post-copy'],
    [{ postcopyAsked: true }, {}, 'post-copy'],
    [{ elapsedMs: 59_999 }, { timeout: 60 }, 'go-on'],
    [{ elapsedMs: 60_000 }, { timeout: 60 }, 'pause'],
    [{ elapsedMs: 60_000 }, { timeout: 60, 'timeout-action': 'postcopy' }, 'post-copy'],
  ])('at a window %o %o: %s', (over, given, action) =>
    expect(decide('qemu-7.2', given, over).action).toBe(action),
  );

  it.each([
    ['qemu-7.2', { highCount: 0 }, 'go-on'],
    ['qemu-7.2', { highCount: 1 }, 'throttle'],
    ['qemu-7.2', { highCount: 1, dirtiedBytes: 50 }, 'go-on'],
    ['qemu-7.2', { highCount: 1, periodMs: 1000 }, 'go-on'],
    ['qemu-2.6', { highCount: 1 }, 'go-on'],
    ['qemu-2.6', { highCount: 2 }, 'throttle'],
  ] as const)('at a sync %s %o: %s', (id, over, action) =>
    expect(decide(id, { 'auto-converge': true }, { at: 'sync', ...over }).action).toBe(action),
  );

  it('a period that is not high does not take back the count', () => {
    expect(decide('qemu-7.2', {}, { at: 'sync', dirtiedBytes: 1, highCount: 1 }).numbers['highCount']).toBe(
      1,
    );
  });

  it('climbs 20, 30 ... 90, 99 and sleeps 10 p / (1 - p) ms', () => {
    const ladder = [0];
    while (ladder.at(-1) !== 99) ladder.push(qemu.nextThrottle(values, ladder.at(-1)!, 0));
    expect(ladder.slice(1)).toEqual([20, 30, 40, 50, 60, 70, 80, 90, 99]);
    expect([20, 50, 99].map(qemu.throttleSleepMs)).toEqual([2.5, 10, 990]);
  });
});

describe('layers above QEMU', () => {
  it('Nova steps evenly to 500 ms; with 400 ms, 30 s and 3 GiB as its own documentation says', () => {
    const values = { ...defaultsOf(NOVA), live_migration_downtime: 400, live_migration_downtime_delay: 30 };
    // (400 - 40) / 10 = 36 more every 90 s
    expect(novaDowntimeSteps(values, 3)).toEqual(
      Array.from({ length: 11 }, (_, i) => ({ afterS: 90 * i, downtimeMs: 40 + 36 * i })),
    );
    const at = (elapsedMs: number, given = {}) =>
      decideNova({ ...defaultsOf(NOVA), ...given }, poll({ elapsedMs, downtimeLimitMs: 50 }));
    expect(at(149_999).action).toBe('go-on');
    expect(at(150_000).downtimeLimitMs).toBe(95); // 75 s x 2 GiB; 50 + 45
    expect(at(1_600_001).action).toBe('abort'); // 800 s x 2 GiB
    expect(at(1_600_001, { live_migration_timeout_action: 'force_complete' }).action).toBe('pause');
    const both = { live_migration_timeout_action: 'force_complete', live_migration_permit_post_copy: true };
    expect(at(1_600_001, both).action).toBe('post-copy');
  });

  it('Proxmox doubles after more than five growing polls', () => {
    const values = defaultsOf(PROXMOX);
    const at = (last: number, limit: number, ...before: number[]) =>
      decideProxmox(
        values,
        poll({ elapsedMs: 9_000, remainingBytes: last, downtimeLimitMs: limit, history: history(...before) }),
      );
    expect(at(6, 100, 1, 2, 3, 4, 5).action).toBe('go-on');
    expect(at(7, 100, 1, 2, 3, 4, 5, 6).downtimeLimitMs).toBe(200);
    expect(at(7, 200, 1, 2, 3, 4, 5, 6).downtimeLimitMs).toBe(400);
    expect(at(7, 2_000_000, 1, 2, 3, 4, 5, 6).action).toBe('go-on');
    expect(proxmoxCacheBytes(32 * 2 ** 30)).toBe(2 ** 31); // 3.2 GiB down to 2 GiB
  });

  it('oVirt goes through its schedule by stalled iterations', () => {
    expect(stalledIterations(history(5, 4, 4, 6, 3))).toBe(2);
    const at = (stalled: number, downtimeLimitMs: number, policy: string = OVIRT.policy.default) =>
      decideOvirt(
        { ...defaultsOf(OVIRT), policy },
        poll({
          iteration: 99,
          remainingBytes: 9,
          downtimeLimitMs,
          history: history(...Array<number>(stalled).fill(9)),
        }),
      );
    expect(at(0, 100).action).toBe('go-on');
    for (const [stalled, ms] of [
      [1, 150],
      [2, 200],
      [3, 300],
      [4, 400],
      [6, 500],
    ] as const)
      expect(at(stalled, 100).downtimeLimitMs).toBe(ms);
    expect(at(5, 400).action).toBe('go-on');
    expect(at(7, 500).action).toBe('abort');
    expect(at(7, 500, 'Suspend workload if needed').downtimeLimitMs).toBe(5000);
    expect(at(3, 200, 'Post-copy migration').action).toBe('post-copy');
  });

  it('KubeVirt waits, then acts on the deadline, on no progress and on a stall', () => {
    const at = (over: Partial<PollFacts>, given = {}) =>
      decideKubevirt({ ...defaultsOf(KUBEVIRT), ...given }, poll(over)).action;
    const deadline = { elapsedMs: 300_001 }; // 150 s x 2 GiB
    expect(at({ elapsedMs: 300_000, iteration: 1 })).toBe('go-on');
    expect(at(deadline)).toBe('abort');
    expect(at(deadline, { allowWorkloadDisruption: true })).toBe('pause');
    expect(at(deadline, { allowPostCopy: true })).toBe('post-copy');
    const still = { elapsedMs: 150_001, dataGiB: 100, history: history(4e8) };
    expect(at(still, { stallDetector: false })).toBe('abort');
    const stalled = (remainingBytes: number, elapsedMs = 41_000) => ({
      elapsedMs,
      remainingBytes,
      iteration: 9,
      dataGiB: 100,
      history: history(5e8),
    });
    expect(at(stalled(4.79e8), { allowPostCopy: true })).toBe('go-on'); // below 0.96 x 5e8
    expect(at(stalled(4.8e8), { allowPostCopy: true })).toBe('post-copy');
    expect(at(stalled(4.9e8, 39_000), { allowPostCopy: true })).toBe('go-on'); // nothing older than the window
    expect(at(stalled(4.9e8))).toBe('abort');
  });
});
