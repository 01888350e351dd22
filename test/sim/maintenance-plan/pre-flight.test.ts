import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GIB, MIB } from '../../../web/base/units.ts';
import { expandGroups } from '../../../web/scenario/groups.ts';
import { findPreset } from '../../../web/scenario/presets/index.ts';
import { GBE, host, nics, vm } from '../../../web/scenario/presets/parts.ts';
import type { Scenario } from '../../../web/scenario/schema.ts';
import { preFlight } from '../../../web/sim/maintenance-plan/index.ts';
import { cluster } from '../../support/cluster.ts';
import { unevenEvacuation } from '../../support/evacuation.ts';
import { ofCode, runFleet } from '../../support/fleet.ts';

const asked = ({ actions }: Scenario) =>
  actions.flatMap((one) => (one.kind === 'enter-maintenance' ? [one.host] : []));

const enter = (...hosts: string[]): Scenario['actions'] =>
  hosts.map((id) => ({ kind: 'enter-maintenance' as const, atNs: 0, host: id }));

/** Largest relative difference of two amounts. */
const off = (a: number, b: number) => Math.abs(a / b - 1);

describe('a pre-flight against the run of it', () => {
  for (const [name, scenario, mostOff] of [
    ['four-at-once', expandGroups(findPreset('four-at-once')!.scenario), 0.01],
    ['evacuation of 32 hosts', expandGroups(findPreset('evacuation')!.scenario), 0.005],
    ['seven sizes of VMs', unevenEvacuation(), 0.05],
  ] as const)
    it(`${name}: the same VMs go to the same hosts, and it takes as long`, async () => {
      const flight = preFlight(scenario, asked(scenario));
      const { report, events } = await runFleet(scenario);
      const beganNs = ofCode(events, 'asked')[0]!.atNs;
      expect(flight.isClear).toBe(true);
      expect(flight.forecast.moves.map(({ vm: index, target }) => [index, target])).toEqual(
        report.tasks.map((task) => [task.vm, task.target]),
      );
      expect(off(flight.forecast.makespanNs, report.makespanNs - beganNs)).toBeLessThan(mostOff);
      expect(off(flight.forecast.wireBytes, report.wireBytes)).toBeLessThan(0.01);
      expect(off(flight.forecast.longestDowntimeNs, report.longestDowntimeNs)).toBeLessThan(0.1);
    });

  it('holds for random clusters: the places are the same, the time is within a tenth', async () => {
    const size = fc.integer({ min: 1, max: 12 }).map((quarters) => quarters * 256 * MIB);
    const made = fc.record({
      hosts: fc.integer({ min: 3, max: 5 }),
      fast: fc.boolean(),
      vms: fc.array(fc.record({ on: fc.nat(4), size, writes: fc.nat(8) }), { minLength: 1, maxLength: 14 }),
      leaving: fc.integer({ min: 1, max: 2 }),
    });
    const seed = 20_260;
    await fc.assert(
      fc.asyncProperty(made, async ({ hosts, fast, vms, leaving }) => {
        const names = Array.from({ length: hosts }, (_, at) => `esx-${at + 1}`);
        const scenario = cluster(
          names.map((id) => host(id, { nics: nics({ bytesPerSecond: fast ? 10 * GBE : GBE }) })),
          vms.map(({ on, size: memoryBytes, writes }, at) => ({
            ...vm(`vm-${at}`, { host: names[on % hosts]!, memoryBytes, fidelity: 'expected' }),
            phases: [
              {
                pattern: 'uniform' as const,
                writesPerSecond: writes * 1_000,
                workingSetBytes: memoryBytes / 8,
              },
            ],
          })),
        );
        const ids = names.slice(0, leaving);
        const flight = preFlight(scenario, ids);
        const { report, events } = await runFleet({ ...scenario, actions: enter(...ids) });
        expect(flight.forecast.moves.map((one) => [one.vm, one.target])).toEqual(
          report.tasks.map((task) => [task.vm, task.target]),
        );
        expect(flight.staying.map((one) => one.vm)).toEqual(
          ofCode(events, 'maintenance-blocked').map(({ n }) => n.vm),
        );
        if (report.tasks.length > 0)
          expect(off(flight.forecast.makespanNs, report.makespanNs)).toBeLessThan(0.1);
      }),
      { numRuns: 60, seed },
    );
  });
});

describe('limits and lines', () => {
  const twelve = (rate: number, at = 'esx-01') =>
    cluster(
      ['esx-01', 'esx-02', 'esx-03', 'esx-04'].map((id) =>
        host(id, { nics: nics({ bytesPerSecond: rate }) }),
      ),
      Array.from({ length: 12 }, (_, nth) => vm(`vm-${nth}`, { host: at, memoryBytes: GIB })),
    );

  it('four at once on 1GbE, eight on 10GbE, and then the host is full as well', () => {
    expect(preFlight(twelve(GBE), ['esx-01']).forecast.mostAtOnce).toBe(4);
    expect(preFlight(twelve(10 * GBE), ['esx-01']).forecast.mostAtOnce).toBe(8);
  });

  it('the line out of the host carries every byte, the lines into the others share them', () => {
    const scenario = twelve(GBE);
    const { forecast } = preFlight(scenario, ['esx-01']);
    const [out, ...into] = forecast.lines;
    const sum = into.reduce((all, { bytes }) => all + bytes, 0);
    expect(off(out!.bytes, forecast.wireBytes)).toBeLessThan(0.005);
    expect(off(sum, out!.bytes)).toBeLessThan(1e-6);
    // goodput of Ethernet with an MTU of 1,500: 941,482 ppm.
    const capacity = Math.floor((GBE * 941_482) / 1_000_000);
    expect(out!.mostBytesPerSecond).toBeLessThanOrEqual(capacity);
    expect(out!.mostBytesPerSecond).toBeGreaterThan(capacity - 4);
    expect(out!.meanPpm).toBeGreaterThan(900_000);
    expect(out!.meanPpm).toBeLessThanOrEqual(1_000_000);
  });

  it('traffic of others makes it longer', () => {
    const scenario = twelve(GBE);
    const busy = {
      ...scenario,
      tenants: [{ id: 'backup', from: 'esx-01', to: 'esx-02', bytesPerSecond: GBE / 2 }],
    };
    const [alone, shared] = [scenario, busy].map((one) => preFlight(one, ['esx-01']).forecast.makespanNs);
    // One more flow beside four: each gets a fifth instead of a fourth.
    expect(shared! / alone!).toBeGreaterThan(1.2);
    expect(shared! / alone!).toBeLessThan(1.3);
  });
});

describe('rules about VMs beside each other', () => {
  const four = ['a', 'b', 'c', 'd'].map((id) => host(id));
  const placesOf = async (scenario: Scenario, hosts: string[]) => {
    const flight = preFlight(scenario, hosts);
    const { report, fleet } = await runFleet({ ...scenario, actions: enter(...hosts) });
    expect(flight.forecast.moves.map((one) => [one.vm, one.target])).toEqual(
      report.tasks.map((task) => [task.vm, task.target]),
    );
    return { flight, places: scenario.vms.map((_, at) => scenario.hosts[fleet.world.hostOf[at]!]!.id) };
  };

  it('VMs to be kept apart that leave two hosts at once do not meet', async () => {
    const vms = [
      vm('one', { host: 'a' }),
      vm('two', { host: 'b' }),
      vm('big', { host: 'd', memoryBytes: 4 * GIB }),
    ];
    const rules = [{ id: 'apart', kind: 'anti-affinity' as const, vms: ['one', 'two'] }];
    const { places } = await placesOf(cluster(four, vms, { rules }), ['a', 'b']);
    // Without the rule both would go to c, which is the emptiest.
    expect(places).toEqual(['c', 'd', 'd']);
  });

  it('and where only one host is left, the second stays and says which rule holds it', async () => {
    const vms = [vm('one', { host: 'a' }), vm('two', { host: 'b' })];
    const rules = [{ id: 'apart', kind: 'anti-affinity' as const, vms: ['one', 'two'] }];
    const { flight, places } = await placesOf(cluster(four.slice(0, 3), vms, { rules }), ['a', 'b']);
    expect(places).toEqual(['c', 'b']);
    expect(flight.staying.map(({ why }) => why.at(-1)!.why)).toEqual([
      'apart keeps two and one apart, and both would be on c.',
    ]);
  });

  it('VMs to be kept together leave together', async () => {
    const vms = [vm('one', { host: 'a' }), vm('two', { host: 'a' }), vm('three', { host: 'a' })];
    const rules = [{ id: 'pair', kind: 'affinity' as const, vms: ['one', 'three'] }];
    const { flight, places } = await placesOf(cluster(four, vms, { rules }), ['a']);
    expect(flight.isClear).toBe(true);
    expect(places[0]).toBe(places[2]);
    expect(places[1]).not.toBe(places[0]);
  });

  it('one that was parted from another goes to it, and nowhere else', async () => {
    const vms = [vm('one', { host: 'a' }), vm('two', { host: 'b', memoryBytes: 12 * GIB })];
    const rules = [{ id: 'pair', kind: 'affinity' as const, vms: ['one', 'two'] }];
    const { places } = await placesOf(cluster(four, vms, { rules }), ['a']);
    expect(places).toEqual(['b', 'b']);
    const large = [vm('one', { host: 'a', memoryBytes: 5 * GIB }), vms[1]!];
    const { flight } = await placesOf(cluster(four, large, { rules }), ['a']);
    expect(flight.staying[0]!.why.map(({ rule }) => rule)).toEqual(['memory', 'vm-vm-rule', 'vm-vm-rule']);
    expect(flight.staying[0]!.why[1]!.why).toBe('pair keeps one with two, which is not on c.');
  });
});

describe('a VM that cannot leave says why, host by host', () => {
  const three = (more: Parameters<typeof host>[1] = {}) => [
    host('esx-01'),
    host('esx-02', more),
    host('esx-03', more),
  ];
  const whyOf = (scenario: Scenario, hosts = ['esx-01']) =>
    preFlight(scenario, hosts).staying.map(({ vm: index, why }) => ({
      vm: scenario.vms[index]!.id,
      why: why.map((one) => [scenario.hosts[one.host]?.id ?? '', one.rule]),
    }));

  it('no other host sees its datastore', () => {
    const scenario = cluster(three(), [vm('db', { datastore: 'local' }), vm('web')], {
      datastores: [
        { id: 'store', hosts: ['esx-01', 'esx-02', 'esx-03'] },
        { id: 'local', hosts: ['esx-01'] },
      ],
    });
    const flight = preFlight(scenario, ['esx-01']);
    expect(flight.isClear).toBe(false);
    expect(flight.forecast.moves.map((one) => scenario.vms[one.vm]!.id)).toEqual(['web']);
    expect(whyOf(scenario)).toEqual([
      {
        vm: 'db',
        why: [
          ['esx-02', 'datastore'],
          ['esx-03', 'datastore'],
        ],
      },
    ]);
    expect(flight.staying[0]!.why[0]!.why).toContain('local');
  });

  it('too little memory, in numbers; and memory that others take before it', () => {
    const scenario = cluster(three({ memoryBytes: 4 * GIB }), [
      vm('large', { memoryBytes: 6 * GIB }),
      vm('first', { memoryBytes: 3 * GIB }),
      vm('second', { memoryBytes: 3 * GIB }),
      vm('third', { memoryBytes: 3 * GIB }),
    ]);
    expect(whyOf(scenario)).toEqual([
      {
        vm: 'large',
        why: [
          ['esx-02', 'memory'],
          ['esx-03', 'memory'],
        ],
      },
      {
        vm: 'third',
        why: [
          ['esx-02', 'promised'],
          ['esx-03', 'promised'],
        ],
      },
    ]);
    expect(preFlight(scenario, ['esx-01']).staying[1]!.why[0]!.why).toBe(
      'third needs 3 GiB; of 4 GiB free on esx-02, 3 GiB go to VMs that leave before it.',
    );
  });

  it('hosts that are emptied too, in maintenance, or down; and no other host at all', () => {
    const [first, second, third] = three();
    const scenario = cluster([first!, second!, { ...third!, state: 'maintenance' }], [vm('web')]);
    expect(whyOf(scenario, ['esx-01', 'esx-02'])).toEqual([
      {
        vm: 'web',
        why: [
          ['esx-02', 'host-state'],
          ['esx-03', 'host-state'],
        ],
      },
    ]);
    expect(whyOf(cluster([host('esx-01')], [vm('web')]))).toEqual([{ vm: 'web', why: [['', 'alone']] }]);
  });

  it('a rule, a device, CPU affinity', () => {
    const hosts = ['esx-01', 'esx-02', 'esx-03'];
    const scenario = cluster(
      three(),
      [
        vm('ruled'),
        vm('device', { devices: [{ id: 'gpu', kind: 'pci-passthrough' }] }),
        vm('pinned', { cpuAffinity: true }),
      ],
      { rules: [{ id: 'keep', kind: 'vm-host-must', vms: ['ruled'], hosts: ['esx-01'] }] },
    );
    const why = whyOf(scenario);
    expect(why.map((one) => one.vm)).toEqual(['ruled', 'device', 'pinned']);
    for (const one of why) expect(one.why.map(([id]) => id)).toEqual(hosts.slice(1));
    expect(why[0]!.why[0]![1]).toBe('vm-host-rule');
  });

  it('reserved CPU that others take before it', async () => {
    // 16 cores of 2.6 GHz are 41,600 MHz.
    const vms = [vm('one', { cpuReservationMhz: 30_000 }), vm('two', { cpuReservationMhz: 12_000 })];
    const scenario = cluster([host('esx-01'), host('esx-02')], vms);
    const flight = preFlight(scenario, ['esx-01']);
    expect(flight.forecast.moves.map((one) => one.vm)).toEqual([0]);
    expect(flight.staying[0]!.why[0]!.why).toBe(
      'two reserves 12000 MHz; with those on their way esx-02 has 11600 of 41600 MHz unreserved.',
    );
    const { events } = await runFleet({ ...scenario, actions: enter('esx-01') });
    expect(ofCode(events, 'maintenance-blocked').map(({ n }) => n.vm)).toEqual([1]);
  });

  it('a VM that is off stays and holds nothing up', () => {
    const flight = preFlight(cluster(three(), [vm('off', { power: 'off' }), vm('on')]), ['esx-01']);
    expect([flight.off, flight.staying, flight.isClear]).toEqual([[0], [], true]);
  });

  it('a VM that writes faster than it can be sent is given up on the way', async () => {
    const scenario = cluster(
      three({ nics: nics({ bytesPerSecond: GBE }) }),
      [
        vm('storm', {
          fidelity: 'expected',
          phases: [{ pattern: 'uniform', writesPerSecond: 100_000, workingSetBytes: GIB }],
        }),
      ],
      { policy: { sdps: false } },
    );
    const flight = preFlight(scenario, ['esx-01']);
    expect(flight.isClear).toBe(false);
    expect(flight.givenUp.map((one) => one.vm)).toEqual([0]);
    const { report } = await runFleet({ ...scenario, actions: enter('esx-01') });
    expect(report.tasks[0]!.failure).toBe('no-convergence');
  });
});
