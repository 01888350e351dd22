import { describe, expect, it } from 'vitest';
import { GIB } from '../../web/base/units.ts';
import {
  healthLines,
  hostUses,
  knowsCpu,
  placesAfter,
  ruleLines,
  startPlaces,
} from '../../web/model/cluster-view.ts';
import { adviceFor, figureAt, setAutomation } from '../../web/model/drs-advice.ts';
import { notesOf, remedyText } from '../../web/model/plan-words.ts';
import { findPreset } from '../../web/scenario/presets/index.ts';
import { host, vm } from '../../web/scenario/presets/parts.ts';
import { REASONS } from '../../web/sim/drs/index.ts';
import { preFlight } from '../../web/sim/maintenance-plan/index.ts';
import { Inventory } from '../../web/sim/requirements/index.ts';
import { REASON_TEXTS } from '../../web/model/fleet-decisions.ts';
import { cluster } from '../support/cluster.ts';
import { ofCode, runFleet } from '../support/fleet.ts';

const unbalanced = findPreset('unbalanced')!.scenario;

describe('how full hosts are', () => {
  const scenario = cluster(
    [host('a', { memoryBytes: 8 * GIB, cores: 4, coreMhz: 2_000 }), host('b')],
    [
      vm('one', { host: 'a', memoryBytes: 2 * GIB, demandMhz: 3_000 }),
      vm('two', { host: 'a', memoryBytes: GIB, demandMhz: 6_000 }),
      vm('off', { host: 'a', memoryBytes: 4 * GIB, demandMhz: 9_000, power: 'off' }),
    ],
    { policy: { overheadPpm: 500_000 } },
  );

  it('counts memory with its overhead, CPU as it is wanted, and neither of what is off', () => {
    const [a, b] = hostUses(scenario, 'cluster', startPlaces(scenario));
    expect(a).toEqual({
      ...{ host: 0, vms: 3, memoryBytes: 4.5 * GIB, memoryOfBytes: 8 * GIB, cpuMhz: 9_000, cpuOfMhz: 8_000 },
    });
    expect([b!.vms, b!.memoryBytes, b!.cpuMhz]).toEqual([0, 0, 0]);
    expect(knowsCpu(scenario)).toBe(true);
    expect(knowsCpu(findPreset('rolling-maintenance')!.scenario)).toBe(false);
  });

  it('follows VMs that are thought to be elsewhere', () => {
    const after = placesAfter(startPlaces(scenario), [{ vm: 0, to: 1 }]);
    expect(after).toEqual([1, 0, 0]);
    expect(hostUses(scenario, 'cluster', after).map(({ memoryBytes }) => memoryBytes / GIB)).toEqual([
      1.5, 3,
    ]);
  });
});

describe('rules and health', () => {
  it('a rule that is broken names who breaks it', () => {
    const lines = ruleLines(new Inventory(unbalanced), 'cluster', startPlaces(unbalanced));
    expect(lines.map(({ id, brokenBy }) => [id, brokenBy])).toEqual([
      ['licensed', []],
      ['apart', ['pair-02']],
    ]);
    expect(lines[0]!.text).toBe('licensed-01 must run on esx-01, esx-02');
  });

  it('what is ill now comes before what will be', () => {
    const scenario = cluster(
      [host('a', { health: [{ part: 'fan', state: 'moderate' }] }), host('b')],
      [vm('one', { host: 'a' })],
      { actions: [{ kind: 'health', atNs: 7, host: 'b', part: 'power', state: 'severe' }] },
    );
    expect(healthLines(scenario, 'cluster')).toEqual([
      { host: 'a', part: 'fan', state: 'moderate', atNs: 0 },
      { host: 'b', part: 'power', state: 'severe', atNs: 7 },
    ]);
    expect(remedyText(scenario, 'cluster')).toMatch(/^Proactive HA is off/);
    expect(remedyText(findPreset('failing-power')!.scenario, 'cluster')).toBe(
      'Proactive HA acts by itself: quarantine where a part is moderate, maintenance where it is severe.',
    );
  });

  it('VMs leave for a host in quarantine only where no other takes them', async () => {
    const clusters = [
      {
        ...{ id: 'cluster', site: 'site', drs: { level: 'manual' as const } },
        proactiveHa: { level: 'automated' as const },
      },
    ];
    const scenario = cluster(
      [
        host('a'),
        host('b', { memoryBytes: 64 * GIB, health: [{ part: 'fan', state: 'moderate' }] }),
        host('c'),
      ],
      [vm('one', { host: 'a' })],
      { clusters, actions: [{ kind: 'enter-maintenance', host: 'a' }] },
    );
    const { report } = await runFleet(scenario);
    expect(preFlight(scenario, ['a']).forecast.moves.map(({ target }) => target)).toEqual([2]);
    expect(report.tasks.map(({ target }) => target)).toEqual([2]);
  });
});

describe('what DRS recommends', () => {
  it('is what the first pass of a run recommends, number for number', async () => {
    const advice = adviceFor(new Inventory(unbalanced), 'cluster', startPlaces(unbalanced));
    const { events } = await runFleet(unbalanced);
    const passes = ofCode(events, 'drs-pass').map(({ n }) => n);
    expect([advice.nowPpm, advice.enoughPpm]).toEqual([passes[0]!.figurePpm, passes[0]!.enoughPpm]);
    const told = ofCode(events, 'recommended').filter(({ atNs }) => atNs === 0);
    expect(advice.rows.map((row) => [row.vm, row.to, row.reason, row.afterPpm, row.costNs])).toEqual(
      told.map(({ n }) => [n.vm, n.to, REASON_TEXTS[REASONS[n.reason]!], n.afterPpm, n.costNs]),
    );
  });

  it('thought through to its end it leaves the figure of its last move', () => {
    const inventory = new Inventory(unbalanced);
    const places = startPlaces(unbalanced);
    const { rows, nowPpm } = adviceFor(inventory, 'cluster', places);
    expect(figureAt(inventory, 'cluster', placesAfter(places, rows))).toBe(rows.at(-1)!.afterPpm);
    expect(figureAt(inventory, 'cluster', places)).toBe(nowPpm);
  });

  it('is nothing where DRS is off, until somebody lets it recommend', () => {
    const still = findPreset('blocked-maintenance')!.scenario;
    expect(adviceFor(new Inventory(still), 'cluster', startPlaces(still)).isOff).toBe(true);
    const asked = setAutomation(still, 'cluster', 'drs', { level: 'manual' });
    expect(asked.clusters[0]!.drs.level).toBe('manual');
    expect(adviceFor(new Inventory(asked), 'cluster', startPlaces(asked)).isOff).toBe(false);
  });

  it('says what power management would do', () => {
    const night = findPreset('power-saving')!.scenario;
    const { power } = adviceFor(new Inventory(night), 'cluster', startPlaces(night));
    expect(power).toHaveLength(2);
    for (const text of power)
      expect(text).toMatch(/^esx-0\d may sleep: it is at \d+ %, and its \d+ VMs fit elsewhere\.$/);
  });

  it('and what else goes on during a plan is said beside it', () => {
    expect(notesOf(findPreset('rolling-maintenance')!.scenario, 'cluster')).toEqual([]);
    expect(
      notesOf(findPreset('failing-power')!.scenario, 'cluster').map((note) => note.slice(0, 20)),
    ).toEqual(['3 other things are a', 'DRS is fully automat']);
  });
});
