import { describe, expect, it } from 'vitest';
import { NS_PER_SECOND } from '../../web/base/units.ts';
import { planCsv, preFlightCsv } from '../../web/model/plan-export.ts';
import { leftOutText, preFlightHeadline } from '../../web/model/plan-words.ts';
import { host, vm } from '../../web/scenario/presets/parts.ts';
import {
  PLAN_DEFAULTS,
  comparePlan,
  planRolling,
  preFlight,
  withPlan,
} from '../../web/sim/maintenance-plan/index.ts';
import { cluster } from '../support/cluster.ts';
import { runFleet } from '../support/fleet.ts';

const names = ['esx-1', 'esx-2', 'esx-3'];
const scenario = cluster(
  names.map((id) => host(id)),
  [vm('db', { host: 'esx-1', datastore: 'local' }), vm('web', { host: 'esx-2', fidelity: 'expected' })],
  {
    datastores: [
      { id: 'store', hosts: names },
      { id: 'local', hosts: ['esx-1'] },
    ],
  },
);
const plan = planRolling(scenario, { ...PLAN_DEFAULTS, cluster: 'cluster', workNs: 60 * NS_PER_SECOND });

/** A reader of RFC 4180, written from its grammar. */
function read(text: string): string[][] {
  const rows: string[][] = [[]];
  const cells = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy;
  for (let match = cells.exec(text); match; match = cells.exec(text)) {
    rows.at(-1)!.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] === '\r\n') rows.push([]);
  }
  expect(rows.pop()).toEqual([]);
  return rows;
}

describe('a plan as CSV', () => {
  it('has a row for each host, units in every name of a quantity, and as many cells in each row', () => {
    const [head, ...rows] = read(planCsv(scenario, plan, []));
    for (const row of rows) expect(row).toHaveLength(head!.length);
    expect(rows.map((row) => row.slice(0, 3))).toEqual([
      ['1', 'esx-2', '0'],
      ['2', 'esx-3', String(plan.steps[1]!.enterNs)],
      ['', 'esx-1', ''],
    ]);
    for (const name of head!)
      expect(name).toMatch(/_(ns|bytes|clock|because)$|^(step|host|vms|step_not_moved)$/);
    expect(rows[2]!.at(-1)).toBe(leftOutText(scenario, plan.leftOut[0]!));
    expect(rows[2]!.at(-1)).toContain('local');
  });

  it('has what was simulated once there is a run', async () => {
    const { events } = await runFleet(withPlan(scenario, scenario.hosts, plan));
    const compared = comparePlan(plan, events);
    const [head, first] = read(planCsv(scenario, plan, compared));
    const at = (name: string) => first![head!.indexOf(name)];
    expect(at('step_simulated_emptying_ns')).toBe(String(compared[0]!.simulated.emptyingNs));
    expect(Number(at('step_simulated_wire_bytes'))).toBeGreaterThan(1e8);
    expect(at('step_not_moved')).toBe('0');
  });
});

describe('a pre-flight in words and as CSV', () => {
  it('says in numbers what happens, and why it does not', () => {
    const clear = preFlight(scenario, ['esx-2']);
    expect(preFlightHeadline(scenario, clear)).toMatch(
      /^esx-2 can be entered after [\d.]+ m?s: 1 VM, [\d.]+ [MG]B, longest stun [\d.]+ ms\.$/,
    );
    expect(preFlightHeadline(scenario, preFlight(scenario, ['esx-3']))).toBe(
      'esx-3 can be entered at once: no VM runs there.',
    );
    const held = preFlight(scenario, ['esx-1']);
    expect(preFlightHeadline(scenario, held)).toBe('esx-1 cannot be entered: 1 VM cannot leave.');
    const [head, row, ...none] = read(preFlightCsv(scenario, held));
    expect(none).toEqual([]);
    expect(row!.slice(0, 3)).toEqual(['db', 'esx-1', '']);
    expect(row![head!.indexOf('cannot_leave_because')]).toMatch(/^esx-2: .*local.*esx-3: /);
  });

  it('a text that begins like a formula is text to a spreadsheet', () => {
    const evil = { ...scenario, vms: scenario.vms.map((one) => ({ ...one, id: '=1+2' })) };
    const [, row] = read(preFlightCsv(evil, preFlight(scenario, ['esx-2'])));
    expect(row![0]).toBe("'=1+2");
  });
});
