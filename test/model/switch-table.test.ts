import { describe, expect, it } from 'vitest';
import { pictureAt } from '../../web/model/fleet-picture.ts';
import { FleetRecord } from '../../web/model/fleet-record.ts';
import { rowsOf, switchTable } from '../../web/model/switch-table.ts';
import { findPreset } from '../../web/scenario/presets/index.ts';
import { Lines } from '../../web/sim/fleet/lines.ts';
import { ofCode, runFleet } from '../support/fleet.ts';

describe('the table of the switches', () => {
  it('points to the old port from the resume until the guest has spoken, where nobody announced it', async () => {
    const { scenario } = findPreset('silent-switch')!;
    const { batches, events } = await runFleet(scenario);
    const record = new FleetRecord(new Lines(scenario).lines);
    for (const batch of batches) record.append(batch);
    const [resumed] = ofCode(events, 'resumed');
    const [learned] = ofCode(events, 'mac-learned');
    const at = (atNs: number) => {
      const picture = pictureAt(scenario, record, atNs);
      return rowsOf(switchTable(scenario, record, picture), picture, 1).map(({ port, isStale }) => [
        port,
        isStale,
      ]);
    };
    expect(at(resumed!.atNs - 1)).toEqual([]);
    expect(at(resumed!.atNs)).toEqual([[0, true]]);
    expect(at(learned!.atNs - 1)).toEqual([[0, true]]);
    expect(at(learned!.atNs)).toEqual([[1, false]]);
  });

  it('has each MAC once, and none of a VM that is down', async () => {
    const { scenario } = findPreset('crash-in-each-phase')!;
    const { batches } = await runFleet(scenario);
    const record = new FleetRecord(new Lines(scenario).lines);
    for (const batch of batches) record.append(batch);
    const table = (atNs: number) => switchTable(scenario, record, pictureAt(scenario, record, atNs));
    expect(table(0)).toHaveLength(3);
    expect(table(20e9).map(({ vm }) => vm)).toEqual([2]);
    expect(table(60e9).every(({ isStale }) => !isStale)).toBe(true);
  });
});
