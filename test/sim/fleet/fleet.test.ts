import { describe, expect, it } from 'vitest';
import { GIB, MIB } from '../../../web/base/units.ts';
import { findPreset } from '../../../web/scenario/presets/index.ts';
import { usedBytesOf } from '../../../web/scenario/memory.ts';
import type { Scenario } from '../../../web/scenario/schema.ts';
import type { FleetEvent } from '../../../web/sim/fleet/fleet-log.ts';
import { fleetHash } from '../../../web/sim/fleet/ledger.ts';
import { BENCH_EVACUATION, evacuation, type Evacuation } from '../../support/evacuation.ts';
import { fleetLine, ofCode, runFleet } from '../../support/fleet.ts';
import { expectGolden } from '../../support/golden.ts';
import { runHeadless } from '../../support/run.ts';

/** From here on a fleet makes writes by the slice. */
const SLICED_BYTES = 4 * GIB;

const small: Evacuation = {
  ...BENCH_EVACUATION,
  hosts: 4,
  vmsPerHost: 12,
  memoryBytes: 64 * MIB,
  nicBytesPerSecond: 125_000_000,
  fidelity: 'page-exact',
};

/** Tasks running on each host at once, at most. */
function mostAtOnce(events: readonly FleetEvent[], side: 'source' | 'target'): number {
  const hostOf = new Map<number, number>();
  const running = new Map<number, number>();
  let most = 0;
  for (const event of events) {
    if (event.code === 'asked') hostOf.set(event.task, event.n[side]);
    const host = hostOf.get(event.task) ?? -1;
    if (event.code === 'started') running.set(host, (running.get(host) ?? 0) + 1);
    if (event.code === 'completed') running.set(host, (running.get(host) ?? 0) - 1);
    most = Math.max(most, running.get(host) ?? 0);
  }
  return most;
}

describe('one VM in a fleet', () => {
  for (const id of ['classic', 'idle-web', 'database', 'write-storm', 'write-storm-sdps', 'long-distance'])
    it(`${id} moves as it does alone`, async () => {
      const preset = findPreset(id);
      if (!preset) throw new Error(`no preset ${id}`);
      const vms = preset.scenario.vms.map((vm) => ({ ...vm, fidelity: 'page-exact' as const }));
      const scenario: Scenario = { ...preset.scenario, vms };
      const alone = (await runHeadless(scenario)).report;
      const { report } = await runFleet(scenario);
      const task = report.tasks[0]!;
      expect(task.outcome).toBe(alone.outcome);
      if (usedBytesOf(vms[0]!) >= SLICED_BYTES) {
        // Writes of a large VM among many are made by the slice: other pages of the same distribution.
        expect(Math.abs(task.totals!.totalNs / alone.totalNs - 1)).toBeLessThan(0.005);
        return;
      }
      expect(task.totals).toMatchObject({
        totalNs: alone.totalNs,
        downtimeNs: alone.downtimeNs,
        networkGapNs: alone.networkGapNs,
        wireBytes: alone.wireBytes,
      });
      expect(task.rounds).toEqual(alone.rounds);
    });
});

describe('evacuation', () => {
  it('leaves with four at once on 1GbE, all of them, and the hosts are entered', async () => {
    const { events, report } = await runFleet(evacuation(small));
    expect(report.completed).toBe(24);
    expect(mostAtOnce(events, 'source')).toBe(4);
    expect(mostAtOnce(events, 'target')).toBe(4);
    expect(ofCode(events, 'queued')).toHaveLength(24 - 2 * 4);
    expect(ofCode(events, 'maintenance-entered')).toHaveLength(2);
    expect(report.tasks.every((task) => task.totals!.downtimeNs < 500e6)).toBe(true);
  });

  it('its log is the one somebody looked at', async () => {
    const { events } = await runFleet(evacuation({ ...small, vmsPerHost: 6 }));
    expectGolden(
      'fleet-evacuation.log',
      `${events.map(fleetLine).join('\n')}\nlogHash ${fleetHash(events)}\n`,
    );
  });

  it('expected and page-exact agree on how long it takes, within two percent', async () => {
    const size = { ...small, memoryBytes: GIB, nicBytesPerSecond: 1_250_000_000 };
    const exact = (await runFleet(evacuation(size))).report;
    const expected = (await runFleet(evacuation({ ...size, fidelity: 'expected' }))).report;
    expect(Math.abs(expected.makespanNs / exact.makespanNs - 1)).toBeLessThan(0.02);
    expect(Math.abs(expected.wireBytes / exact.wireBytes - 1)).toBeLessThan(0.02);
  });

  it('no line ever carries more than it can, and a line with work to do is full', async () => {
    const { events, batches, fleet } = await runFleet(evacuation(small));
    const paths = new Map(batches.flatMap((batch) => batch.paths));
    const rates = new Map<number, number>();
    const atInstant = new Map<number, FleetEvent[]>();
    for (const event of ofCode(events, 'rate'))
      atInstant.set(event.atNs, [...(atInstant.get(event.atNs) ?? []), event]);
    for (const changes of atInstant.values()) {
      for (const change of changes)
        rates.set(change.task, (change.n as { bytesPerSecond: number }).bytesPerSecond);
      const load = fleet.lines.lines.map(() => 0);
      for (const [task, rate] of rates) for (const line of paths.get(task) ?? []) load[line]! += rate;
      fleet.lines.lines.forEach((line, at) => expect(load[at]).toBeLessThanOrEqual(line.bytesPerSecond));
      for (const [task, rate] of rates)
        if (rate > 0)
          expect(
            paths.get(task)!.some((line) => load[line]! > fleet.lines.lines[line]!.bytesPerSecond - 16),
          ).toBe(true);
    }
  });

  it('events are in order, and what a batch says is the past', async () => {
    const { batches, events } = await runFleet(evacuation(small));
    events.forEach((event, at) => {
      expect(event.seq).toBe(at);
      if (at > 0) expect(event.atNs).toBeGreaterThanOrEqual(events[at - 1]!.atNs);
    });
    let pastNs = 0;
    for (const batch of batches) {
      for (const event of batch.events) expect(event.atNs).toBeGreaterThanOrEqual(pastNs);
      pastNs = batch.virtualNs;
    }
  });
});
