import { describe, expect, it } from 'vitest';
import {
  GRAINS,
  ZOOM_STOPS,
  boxOfHost,
  cellOf,
  clusterAt,
  fittingZoom,
  hostAt,
  layoutDatacenter,
  placeAt,
  type Box,
  type Detail,
} from '../../web/layout/datacenter.ts';
import { placesOf } from '../../web/model/fleet-edits.ts';
import { expandGroups } from '../../web/scenario/groups.ts';
import { findPreset } from '../../web/scenario/presets/index.ts';
import { BENCH_EVACUATION, evacuation } from '../support/evacuation.ts';

const presetOf = (id: string) => expandGroups(findPreset(id)!.scenario);
const evacuated = presetOf('evacuation');
const stretched = presetOf('stretched');
const zoomOf = (detail: Detail) => GRAINS.findIndex((grain) => grain.detail === detail);

const isBeside = (a: Box, b: Box) =>
  a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;

describe('levels of detail', () => {
  it('go from clusters over hosts and VMs to names, each nearer than the one before', () => {
    const details = GRAINS.map(({ detail }) => detail);
    expect([...new Set(details)]).toEqual(['clusters', 'hosts', 'vms', 'names']);
    const sizes = GRAINS.filter(({ detail }) => detail === 'vms').map(({ cellWidth }) => cellWidth);
    expect(sizes).toEqual([...sizes].sort((a, b) => a - b));
    expect(ZOOM_STOPS.map((stop) => GRAINS[stop]!.detail)).toEqual([
      'clusters',
      'hosts',
      'vms',
      'vms',
      'vms',
      'vms',
      'names',
      'names',
    ]);
  });

  it.each([
    ['two hosts and one VM have names', 'stretched', 'names'],
    ['64 hosts with 1,024 VMs are cells', 'evacuation', 'vms'],
  ] as const)('%s where all is in view', (_, id, detail) => {
    const scenario = presetOf(id);
    const zoom = fittingZoom(scenario, placesOf(scenario), 1000, 420);
    expect(GRAINS[zoom]!.detail).toBe(detail);
    const layout = layoutDatacenter(scenario, placesOf(scenario), 1000, zoom);
    expect(layout.height).toBeLessThanOrEqual(420);
    expect(layout.width).toBe(1000);
  });

  it('tiles for hosts where cells would be many windows high', () => {
    const crowded = evacuation({ ...BENCH_EVACUATION, vmsPerHost: 320 });
    expect(GRAINS[fittingZoom(crowded, placesOf(crowded), 1000, 420)]!.detail).toBe('hosts');
    expect(GRAINS[fittingZoom(evacuated, placesOf(evacuated), 360, 200)]!.detail).toBe('hosts');
  });
});

describe.each([
  ['evacuation', evacuated],
  ['stretched', stretched],
] as const)('%s', (_, scenario) => {
  const places = placesOf(scenario);

  it.each([320, 700, 1000, 1400])('has nothing over anything at any zoom, %i pixels wide', (width) => {
    GRAINS.forEach((grain, zoom) => {
      const layout = layoutDatacenter(scenario, places, width, zoom);
      const boxes = grain.detail === 'clusters' ? layout.bands : layout.hosts;
      expect(boxes).toHaveLength(
        grain.detail === 'clusters' ? scenario.clusters.length : scenario.hosts.length,
      );
      boxes.forEach((box, at) => {
        for (const other of boxes.slice(at + 1)) expect(isBeside(box, other)).toBe(true);
        expect(box.x + box.width).toBeLessThanOrEqual(layout.width);
        expect(box.y + box.height).toBeLessThanOrEqual(layout.height);
      });
    });
  });

  it('finds the host and the VM where it puts them', () => {
    for (const zoom of ZOOM_STOPS.filter((stop) => GRAINS[stop]!.columns > 0)) {
      const layout = layoutDatacenter(scenario, places, 1000, zoom);
      for (const box of layout.hosts)
        for (let nth = 0; nth < box.columns * box.rows; nth++) {
          const cell = cellOf(box, nth, layout.grain);
          const [x, y] = [cell.x + cell.width / 2, cell.y + cell.height / 2];
          expect(hostAt(layout, x, y)).toBe(box.host);
          expect(placeAt(box, x, y, layout.grain)).toBe(nth);
          expect(clusterAt(layout, x, y)).toBe(scenario.hosts[box.host]!.cluster);
        }
    }
  });

  it('has a place to show for every host, at any zoom', () => {
    for (const zoom of ZOOM_STOPS) {
      const layout = layoutDatacenter(scenario, places, 1000, zoom);
      scenario.hosts.forEach(({ cluster }, host) => {
        const box = boxOfHost(layout, host)!;
        expect(clusterAt(layout, box.x + 1, box.y + 1)).toBe(cluster);
      });
    }
  });
});

it('a tile has no VMs to point at, and beside the tiles is no cluster', () => {
  const hosts = layoutDatacenter(evacuated, placesOf(evacuated), 1000, zoomOf('hosts'));
  expect(placeAt(hosts.hosts[0]!, 5, 40, hosts.grain)).toBe(-1);
  const clusters = layoutDatacenter(stretched, placesOf(stretched), 1000, zoomOf('clusters'));
  expect(clusters.hosts).toEqual([]);
  expect(hostAt(clusters, 10, 10)).toBe(-1);
  expect(clusterAt(clusters, 990, 10)).toBe('');
});
