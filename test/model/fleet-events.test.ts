import { describe, expect, it } from 'vitest';
import { eventLines, filterLines } from '../../web/model/fleet-events.ts';
import { FleetRecord } from '../../web/model/fleet-record.ts';
import { expandGroups } from '../../web/scenario/groups.ts';
import { findPreset } from '../../web/scenario/presets/index.ts';
import { runFleet } from '../support/fleet.ts';

async function linesOf(id: string) {
  const scenario = expandGroups(findPreset(id)!.scenario);
  const { batches, fleet } = await runFleet(scenario);
  const record = new FleetRecord(fleet.lines.lines);
  for (const batch of batches) record.append(batch);
  return { scenario, lines: eventLines(record, scenario), events: record.events };
}

describe('the log in sentences', () => {
  it('is in the order of the log, each event once, and says what each VM did', async () => {
    const { lines } = await linesOf('four-at-once');
    const seqs = lines.map(({ seq }) => seq);
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
    expect(new Set(seqs).size).toBe(seqs.length);
    const moved = lines.filter(({ text }) => /has moved in [\d.]+ s: [\d.]+ [MG]B\.$/.test(text));
    expect(moved).toHaveLength(20);
    expect(
      lines.filter(({ text }) => text.includes('Waits: the vMotion NIC of esx-01 uses 4 of 4')),
    ).toHaveLength(16);
    for (const { text } of lines) expect(text).not.toMatch(/undefined|NaN/);
  });

  it('can be looked through by VM, by host, and by both', async () => {
    const { lines, scenario } = await linesOf('blocked-maintenance');
    const vm = scenario.vms.findIndex(({ id }) => id === 'local-disk');
    expect(filterLines(lines, vm, -1).map(({ text }) => text)).toEqual([
      'local-disk cannot leave esx-01: target does not see the disk.',
    ]);
    const host = scenario.hosts.findIndex(({ id }) => id === 'esx-02');
    const there = filterLines(lines, -1, host);
    expect(there.length).toBeGreaterThan(0);
    for (const line of there) expect(line.hosts).toContain(host);
    expect(filterLines(lines, vm, host)).toEqual([]);
    expect(filterLines(lines, -1, -1)).toEqual(lines);
  });

  it('marks what went wrong', async () => {
    const { lines } = await linesOf('target-crash');
    const bad = lines.filter(({ isBad }) => isBad).map(({ text }) => text);
    expect(bad.filter((text) => text.includes('has not moved: the target failed'))).toHaveLength(3);
    expect(bad.some((text) => text.startsWith('esx-02 has failed'))).toBe(true);
  });
});
