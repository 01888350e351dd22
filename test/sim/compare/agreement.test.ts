import { describe, expect, it } from 'vitest';
import { NS_PER_MS } from '../../../web/base/units.ts';
import { SCENARIOS } from '../../../web/scenario/presets/scenarios.ts';
import type { Scenario } from '../../../web/scenario/schema.ts';
import { linkOf } from '../../../web/sim/compare/link.ts';
import { WriteTrace, traceSpecOf } from '../../../web/sim/compare/trace.ts';
import { ran } from '../../support/compare.ts';
import { runHeadless } from '../../support/run.ts';

/** From the first trace to the guest on the target, or to the end where it did not move. */
async function singleMove(scenario: Scenario) {
  const { events, report } = await runHeadless(scenario);
  const at = (code: string) => events.find((event) => event.code === code)?.atNs;
  return {
    totalNs: (at('resumed') ?? at('failed')!) - at('prepared')!,
    downtimeNs: report.downtimeNs,
    wireBytes: report.wireBytes,
    rounds: report.rounds.length,
  };
}

function runner(scenario: Scenario) {
  const { switchoverGoalNs, sdps, traceInstall } = scenario.policy;
  const trace = new WriteTrace(traceSpecOf(scenario, scenario.vms[0]!));
  const link = linkOf(scenario, scenario.hosts[0]!, scenario.hosts[1]!)!;
  const goal = { switchoverTimeGoal: switchoverGoalNs / NS_PER_MS, sdps, pageTrace: traceInstall };
  const { totalNs, downtimeNs, wireBytes, rounds } = ran('esxi-8', trace, goal, link);
  return { pages: trace.pagesPerEntry, run: { totalNs, downtimeNs, wireBytes, rounds: rounds.length } };
}

const byPage = (scenario: Scenario): Scenario => ({
  ...scenario,
  vms: scenario.vms.map((vm) => ({ ...vm, fidelity: 'page-exact' as const })),
  policy: { ...scenario.policy, compression: 'off' },
});

describe('ESXi 8 side by side with others is the single move', () => {
  it.each(['database', 'idle-web', 'write-storm', 'write-storm-sdps', 'classic'] as const)(
    '%s: to the nanosecond and the byte',
    async (id) => {
      const scenario = byPage(SCENARIOS[id]);
      const { pages, run } = runner(scenario);
      expect(pages).toBe(1);
      expect(run).toEqual(await singleMove(scenario));
    },
  );

  /** 16 pages in an entry: writes come in steps, and the last list ends on another one. */
  it('big-10gbe: as near as entries of several pages allow', async () => {
    const scenario = byPage(SCENARIOS['big-10gbe']);
    const { pages, run } = runner(scenario);
    expect(pages).toBe(16);
    const single = await singleMove(scenario);
    expect(run.rounds).toBe(single.rounds);
    expect(Math.abs(run.totalNs / single.totalNs - 1)).toBeLessThan(0.001);
    expect(Math.abs(run.wireBytes / single.wireBytes - 1)).toBeLessThan(0.001);
    expect(Math.abs(run.downtimeNs / single.downtimeNs - 1)).toBeLessThan(0.03);
  });
});
