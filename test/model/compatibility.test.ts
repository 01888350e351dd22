import { describe, expect, it } from 'vitest';
import {
  byTopic,
  predictionAfterFixes,
  spread,
  summaryOf,
  verdictsFor,
  worstOf,
} from '../../web/model/compatibility.ts';
import { askMoves, askSpread, expanded } from '../../web/model/fleet-edits.ts';
import { findPreset } from '../../web/scenario/presets/index.ts';
import { TOPICS } from '../../web/sim/requirements/index.ts';
import { runFleet } from '../support/fleet.ts';

const { scenario } = findPreset('may-it-move')!;
const verdicts = verdictsFor(scenario, 'db');
const of = (host: string) => verdicts.find((one) => one.host === host)!;

describe('where a VM may go', () => {
  it('each host says it, with the first reason against it', () => {
    expect(verdicts.map(({ host, verdict, short }) => `${host} ${verdict}: ${short}`)).toEqual([
      'esx-01 here: Runs here',
      'esx-02 fits: Fits',
      'esx-03 refuses: CPU lacks features the VM uses',
      'esx-04 refuses: No port group with that label',
      'esx-05 warns: MTU differs',
      'esx-06 refuses: Too little memory',
    ]);
    expect(summaryOf(verdicts)).toBe('3 of 5 other hosts refuse, 1 fits, 1 fits with a warning.');
  });

  it('what holds is told in numbers, topic by topic', () => {
    const { findings, facts } = of('esx-04');
    expect(byTopic(findings).map(({ topic }) => topic)).toEqual(TOPICS);
    expect(byTopic(findings).filter((one) => one.findings.length > 0).map(({ topic }) => topic)).toEqual(['Port group']); // prettier-ignore
    expect(facts.Resources).toBe('db needs 4 GiB; 15 GiB of 16 GiB are unreserved.');
    expect(facts.CPU).toMatch(/^esx-04 has all \d+ features db uses\.$/);
  });

  it('a prediction stands where it may go, and for a host that clicks can mend', () => {
    expect(of('esx-06').prediction).toBeNull();
    expect(predictionAfterFixes(scenario, expanded, 'db', of('esx-06'))).toBeNull();
    const mended = predictionAfterFixes(scenario, expanded, 'db', of('esx-04'))!;
    expect(mended.totalNs).toBe(of('esx-02').prediction!.totalNs);
  });

  it('the prediction is what a run of it alone takes, within 5 %', async () => {
    const { report } = await runFleet(askMoves(scenario, ['db'], 'esx-02'));
    const { totals } = report.tasks[0]!;
    const { totalNs, bytes } = of('esx-02').prediction!;
    expect(Math.abs(totalNs / totals!.totalNs - 1)).toBeLessThan(0.05);
    expect(Math.abs(bytes / totals!.wireBytes - 1)).toBeLessThan(0.05);
  });

  it('the prediction of a disk that goes along is the time of the copy as well, within 5 %', async () => {
    const { scenario: local } = findPreset('not-shared')!;
    const alone = { ...local, actions: local.actions.slice(1) };
    const { prediction } = verdictsFor(alone, 'takes-disk-along').find(({ host }) => host === 'esx-02')!;
    const { report } = await runFleet(alone);
    expect(prediction!.diskNs).toBeGreaterThan(3e9);
    expect(Math.abs(prediction!.totalNs / report.tasks[0]!.totals!.totalNs - 1)).toBeLessThan(0.05);
  });

  it('of several VMs the worst answer counts', () => {
    const both = worstOf([verdicts, verdictsFor(scenario, 'web-02')]);
    expect(both.find(({ host }) => host === 'esx-05')!.verdict).toBe('warns');
    expect(both.find(({ host }) => host === 'esx-02')!.verdict).toBe('fits');
  });
});

describe('a cluster that chooses', () => {
  const hosts = scenario.hosts.map(({ id }) => id);

  it('prefers a host that fits to one that warns, and fills none beyond its memory', () => {
    expect([...spread(scenario, ['db'], hosts)]).toEqual([['db', 'esx-02']]);
    const twins = {
      ...scenario,
      vms: [...scenario.vms, { ...scenario.vms[0]!, id: 'db-2', memoryBytes: 13 * 2 ** 30 }],
    };
    const places = spread(twins, ['db', 'db-2'], ['esx-02', 'esx-05']);
    expect([...places]).toEqual([
      ['db', 'esx-02'],
      ['db-2', 'esx-05'],
    ]);
    expect(askSpread(twins, places).actions.map((one) => ('to' in one ? one.to : ''))).toEqual([
      'esx-02',
      'esx-05',
    ]);
  });

  it('leaves out whom no host takes', () => {
    expect([...spread(scenario, ['db'], ['esx-03', 'esx-06'])]).toEqual([]);
  });
});
