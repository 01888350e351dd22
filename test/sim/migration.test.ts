import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GIB, MIB, NS_PER_MS, NS_PER_SECOND, PAGE_BYTES } from '../../web/base/units.ts';
import { PRESETS } from '../../web/scenario/presets/index.ts';
import type { Scenario, Vm } from '../../web/scenario/schema.ts';
import type { EventCode, EventOf, SimEvent } from '../../web/sim/events.ts';
import { ESXI } from '../../web/sim/policy/esxi.ts';
import { decodeFrame } from '../../web/sim/frames.ts';
import { runHeadless } from '../support/run.ts';

const preset = (id: string): Scenario => PRESETS.find((one) => one.id === id)!.scenario;

/** The database on a small scale: 32 MiB, byte-exact, over in tens of milliseconds of computing. */
function small(
  change: {
    vm?: Partial<Vm>;
    policy?: Partial<Scenario['policy']>;
    cancelNs?: number;
    linkBytesPerSecond?: number;
  } = {},
): Scenario {
  const base = preset('database');
  const vm: Vm = {
    ...base.vms[0]!,
    memoryBytes: 32 * MIB,
    usedBytes: 32 * MIB,
    phases: [{ ...base.vms[0]!.phases[0]!, workingSetBytes: 16 * MIB, writesPerSecond: 8_000 }],
    ...change.vm,
  };
  const hosts = base.hosts.map((host) => ({
    ...host,
    nics: host.nics.map((nic) => ({
      ...nic,
      bytesPerSecond: change.linkBytesPerSecond ?? nic.bytesPerSecond,
    })),
  }));
  const cancel =
    change.cancelNs === undefined ? [] : [{ kind: 'cancel' as const, atNs: change.cancelNs, vm: vm.id }];
  return {
    ...base,
    hosts,
    vms: [vm],
    policy: { ...base.policy, ...change.policy },
    actions: [...base.actions, ...cancel],
  };
}

const codes = (events: readonly SimEvent[]): EventCode[] => events.map((event) => event.code);
function find<C extends EventCode>(events: readonly SimEvent[], code: C): EventOf<C>[] {
  return events.filter((event): event is EventOf<C> => event.code === code);
}

describe('a migration that converges', () => {
  it('goes through its steps in the order of vMotion', async () => {
    const { events, report } = await runHeadless(small());
    const steps = codes(events).filter(
      (code) => !['round-started', 'round-ended', 'estimated', 'sdps-set'].includes(code),
    );
    expect(steps).toEqual([
      ...[
        'requested',
        'checks-started',
        'checks-passed',
        'prepared',
        'traced',
        'stunned',
        'bitmap-sent',
        'last-pages-sent',
      ],
      ...[
        'device-state-sent',
        'verified',
        'lock-moved',
        'resumed',
        'rarp-sent',
        'mac-learned',
        'client-back',
        'source-freed',
        'completed',
      ],
    ]);
    expect(report.outcome).toBe('completed');
  });

  it('proves every byte and counts every byte', async () => {
    const { report } = await runHeadless(small());
    expect(report.verified).toBe(true);
    expect(report.pagesCompared).toBe((32 * MIB) / PAGE_BYTES);
    expect(report.sourceHash).toMatch(/^[0-9a-f]{16}$/);
    expect(report.targetHash).toBe(report.sourceHash);
    const rounds = [...report.rounds, report.stun!];
    const pagesWire = rounds.reduce((sum, round) => sum + round.wireBytes, 0);
    const bitmapBytes = (32 * MIB) / PAGE_BYTES / 8;
    expect(report.wireBytes).toBe(pagesWire + bitmapBytes + 8 * MIB);
    expect(report.pagesSent).toBe(rounds.reduce((sum, round) => sum + round.sentPages, 0));
  });

  it('sends in each round exactly what was written during the one before', async () => {
    const { report, events } = await runHeadless(small());
    const rounds = [...report.rounds, report.stun!];
    const ended = find(events, 'round-ended');
    expect(report.rounds[0]!.dirtyPages).toBe((32 * MIB) / PAGE_BYTES);
    rounds.forEach((round, i) => {
      expect(round.sentPages).toBe(round.dirtyPages);
      if (i > 0) expect(round.dirtyPages).toBe(ended[i - 1]!.n.leftPages);
    });
  });

  it('has a downtime that is the sum of its parts and ends before the client is answered', async () => {
    const { report, events } = await runHeadless(small());
    const parts = report.downtimeParts;
    expect(parts.map((part) => part.part)).toEqual([
      'stop',
      'bitmap',
      'last-pages',
      'device-state',
      'resume',
    ]);
    expect(parts.reduce((sum, part) => sum + part.durationNs, 0)).toBe(report.downtimeNs);
    expect(find(events, 'resumed')[0]!.atNs - find(events, 'stunned')[0]!.atNs).toBe(report.downtimeNs);
    expect(report.networkGapNs).toBeGreaterThan(report.downtimeNs);
    expect(report.networkGapNs - report.downtimeNs).toBeLessThan(
      ESXI.rarpNs + ESXI.macLearnNs + 11 * NS_PER_MS,
    );
    expect(report.client).toMatchObject({ lost: 0, twice: 0 });
  });

  it('gives the same log again', async () => {
    const first = await runHeadless(small());
    expect((await runHeadless(small())).report.logHash).toBe(first.report.logHash);
    expect((await runHeadless({ ...small(), seed: 2 })).report.logHash).not.toBe(first.report.logHash);
  });

  it('leaves frames that add up to its counters', async () => {
    const { frames } = await runHeadless(small());
    const sum = (counts: Uint32Array) => counts.reduce((total, count) => total + count, 0);
    frames.forEach((frame, i) => {
      const decoded = decodeFrame(frames, i);
      expect(sum(decoded.toSend)).toBe(frame.toSendPages);
      expect(sum(decoded.written)).toBe(frame.writtenPages);
    });
  });
});

describe('cancel', () => {
  it('at any moment leaves the VM running on exactly one host, and the log up to there is the same', async () => {
    const whole = await runHeadless(small());
    const resumedNs = find(whole.events, 'resumed')[0]!.atNs;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: whole.report.totalNs + NS_PER_SECOND }),
        async (cancelNs) => {
          const { report, events, service } = await runHeadless(small({ cancelNs }));
          const before = (event: SimEvent) => event.atNs < cancelNs;
          const strip = (list: SimEvent[]) =>
            list.filter(before).map((event) => [event.code, event.atNs, event.n]);
          expect(strip(events)).toEqual(strip(whole.events));
          const cancelled = cancelNs < resumedNs;
          expect(report.outcome).toBe(cancelled ? 'cancelled' : 'completed');
          const last = service.at(-1);
          if (last) expect([last.state, last.host]).toEqual(['reachable', cancelled ? 'esx-01' : 'esx-02']);
          expect(report.client).toMatchObject({ lost: 0, twice: 0 });
        },
      ),
      { numRuns: 60 },
    );
  }, 30_000);
});

describe('what makes it fail', () => {
  it('without SDPS, five rounds that gain nothing', async () => {
    const { report, service } = await runHeadless(preset('write-storm'));
    expect(report).toMatchObject({
      outcome: 'failed',
      failReason: 'no-convergence',
      downtimeNs: 0,
      verified: null,
    });
    expect(service.every((stretch) => stretch.host === 'esx-01' && stretch.state === 'reachable')).toBe(true);
  });

  it('with SDPS the same VM converges, slower', async () => {
    const { report, events } = await runHeadless(preset('write-storm-sdps'));
    expect(report.outcome).toBe('completed');
    const speeds = find(events, 'sdps-set').map((event) => event.n.speedPpm);
    expect(speeds.length).toBeGreaterThan(0);
    expect([...speeds].sort((a, b) => b - a)).toEqual(speeds);
  });

  it('a switchover longer than 100 s: the VM runs on at the source after exactly 100 s', async () => {
    const { report, events, service } = await runHeadless(small({ vm: { deviceStateBytes: 12 * GIB } }));
    expect(report).toMatchObject({
      outcome: 'failed',
      failReason: 'switchover-timeout',
      downtimeNs: 100 * NS_PER_SECOND,
    });
    expect(codes(events)).not.toContain('lock-moved');
    expect(service.at(-1)).toMatchObject({ state: 'reachable', host: 'esx-01' });
    expect(report.client).toMatchObject({ lost: 0, twice: 0 });
  });

  it('a target without the memory: refused before anything is sent, with the numbers', async () => {
    const scenario = small();
    const hosts = scenario.hosts.map((host) => ({ ...host, memoryBytes: GIB }));
    const tight: Scenario = {
      ...scenario,
      hosts,
      vms: [{ ...scenario.vms[0]!, memoryBytes: 2 * GIB, usedBytes: 32 * MIB }],
    };
    const { report, events } = await runHeadless(tight);
    expect(report).toMatchObject({ outcome: 'failed', failReason: 'checks', wireBytes: 0, pagesSent: 0 });
    expect(find(events, 'check-failed')[0]!.n).toEqual({ check: 3, needed: 2 * GIB, available: GIB });
  });
});

describe('several requests', () => {
  it('wait for each other and are logged in the order of time', async () => {
    const scenario = small();
    const back = {
      kind: 'migrate' as const,
      atNs: 100 * NS_PER_MS,
      vm: 'db-01',
      to: 'esx-01',
      datastore: '',
      portGroup: '',
    };
    const { report, events } = await runHeadless({ ...scenario, actions: [...scenario.actions, back] });
    expect(report.migrations.map((one) => [one.outcome, one.targetHost])).toEqual([
      ['completed', 'esx-02'],
      ['completed', 'esx-01'],
    ]);
    expect(find(events, 'queued')).toHaveLength(1);
    const timesNs = events.map((event) => event.atNs);
    expect([...timesNs].sort((a, b) => a - b)).toEqual(timesNs);
  });
});

describe('the estimate before the move', () => {
  it.each(PRESETS.map((one) => one.id))(
    '%s: right outcome, total within 3 percent, bytes within 2',
    async (id) => {
      const { report } = await runHeadless(preset(id));
      const predicted = report.predicted!;
      expect(predicted.converges).toBe(report.outcome === 'completed' ? 1 : 0);
      expect(Math.abs(predicted.totalNs / report.totalNs - 1)).toBeLessThan(0.03);
      expect(Math.abs(predicted.wireBytes / report.wireBytes - 1)).toBeLessThan(0.02);
      expect(Math.abs(predicted.rounds - report.rounds.length)).toBeLessThanOrEqual(1);
    },
  );
});

describe('the classic', () => {
  it('moves as a whole in under two seconds on Gigabit', async () => {
    const { report } = await runHeadless(preset('classic'));
    expect(report.outcome).toBe('completed');
    expect(report.totalNs).toBeLessThan(2 * NS_PER_SECOND);
  });
});
