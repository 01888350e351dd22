/**
 * Where clusters, hosts and VMs stand, in four levels of detail. Far away a cluster is one tile; nearer each host is one; then every VM is a
 * cell of 5 x 11 at scale 1; and close by it has its name. Which level is drawn follows from the room a VM has.
 */
import type { Scenario } from '../scenario/schema.ts';

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export type Detail = 'clusters' | 'hosts' | 'vms' | 'names';

/** The size of things at a level of zoom. */
export interface Grain {
  readonly detail: Detail;
  readonly columns: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
  readonly gap: number;
}

export interface HostBox extends Box {
  readonly host: number;
  /** Cells of a row, and rows there is room for; none where the host is a tile. */
  readonly columns: number;
  readonly rows: number;
}

export interface Band extends Box {
  readonly cluster: string;
  readonly hosts: readonly number[];
}

export interface DatacenterLayout {
  readonly grain: Grain;
  readonly width: number;
  readonly height: number;
  readonly bands: readonly Band[];
  /** By host; where clusters are tiles a host has no box, and its place is that of its cluster. */
  readonly hosts: readonly HostBox[];
}

export const HOST_LABEL = 18;
export const BAND_LABEL = 26;
/** A host as a tile: its name, a bar of its memory, its VMs. */
export const HOST_TILE = { width: 128, height: 50 };
/** A cluster as a tile: its name, a bar of its memory, hosts and VMs in words. */
export const CLUSTER_TILE = { width: 232, height: 84 };

const HOST_GAP = 12;
/** Room beside the first column for the frame of what is chosen. */
const EDGE = 2;
const BAND_GAP = 14;
/** Pixels a VM must have for its name to be read. */
const NAMED = { width: 88, height: 18 };

const cells = (scale: number): Grain => ({
  ...{ detail: 'vms', columns: 8, cellWidth: 5 * scale, cellHeight: 11 * scale, gap: scale },
});
const names = (scale: number): Grain => ({
  ...{ detail: 'names', columns: 2, cellWidth: NAMED.width * scale, cellHeight: NAMED.height, gap: 3 },
});
const tiles = (detail: 'clusters' | 'hosts'): Grain => ({
  ...{ detail, columns: 0, cellWidth: 0, cellHeight: 0, gap: 0 },
});

/** From far to near. Zoom is an index into it. */
export const GRAINS: readonly Grain[] = [
  tiles('clusters'),
  tiles('hosts'),
  ...[1, 1.25, 1.5, 1.75, 2, 2.25, 2.5, 2.75, 3].map(cells),
  names(1),
  names(1.5),
];
/** Where the buttons stop on the way from far to near. */
export const ZOOM_STOPS: readonly number[] = [0, 1, 2, 4, 6, 10, 11, 12];
const FIRST_CELLS = GRAINS.findIndex(({ detail }) => detail === 'vms');

/**
 * The nearest zoom at which everything is in view; of what cannot be in view at once as cells, the smallest cells still, as long as they are
 * at most `most` times as high as the window, and a tile for each host beyond that.
 */
export function fittingZoom(
  scenario: Scenario,
  places: readonly number[],
  width: number,
  height: number,
  most = 3,
): number {
  const at = (zoom: number) => layoutDatacenter(scenario, places, width, zoom);
  if (at(FIRST_CELLS).height > most * height) return FIRST_CELLS - 1;
  let best = FIRST_CELLS;
  for (let zoom = FIRST_CELLS + 1; zoom < GRAINS.length; zoom++) {
    const next = at(zoom);
    if (next.height > height || next.width > width) break;
    best = zoom;
  }
  return best;
}

/** @param places VMs that each host must have room for, by host: as many as it has at any time. @param zoom index into `GRAINS`. */
export function layoutDatacenter(
  scenario: Scenario,
  places: readonly number[],
  width: number,
  zoom: number,
): DatacenterLayout {
  const grain = GRAINS[Math.max(0, Math.min(GRAINS.length - 1, zoom))] as Grain;
  return grain.detail === 'clusters'
    ? clusterTiles(scenario, width, grain)
    : hostBands(scenario, places, width, grain);
}

const membersOf = (scenario: Scenario, cluster: string): number[] =>
  scenario.hosts.flatMap((host, at) => (host.cluster === cluster ? [at] : []));

function clusterTiles(scenario: Scenario, width: number, grain: Grain): DatacenterLayout {
  const perRow = Math.max(1, Math.floor((width + HOST_GAP) / (CLUSTER_TILE.width + HOST_GAP)));
  const bands = scenario.clusters
    .map(({ id }) => ({ cluster: id, hosts: membersOf(scenario, id) }))
    .filter(({ hosts }) => hosts.length > 0)
    .map((band, nth) => ({
      ...band,
      ...CLUSTER_TILE,
      x: (nth % perRow) * (CLUSTER_TILE.width + HOST_GAP),
      y: Math.floor(nth / perRow) * (CLUSTER_TILE.height + BAND_GAP),
    }));
  const lines = Math.ceil(bands.length / perRow);
  const height = lines * (CLUSTER_TILE.height + BAND_GAP);
  return { grain, width: Math.max(width, CLUSTER_TILE.width), height, bands, hosts: [] };
}

function hostBands(
  scenario: Scenario,
  places: readonly number[],
  width: number,
  grain: Grain,
): DatacenterLayout {
  const { columns } = grain;
  const rows = columns === 0 ? 0 : Math.max(2, Math.ceil(Math.max(0, ...places) / columns));
  const box =
    columns === 0
      ? HOST_TILE
      : {
          width: columns * (grain.cellWidth + grain.gap),
          height: rows * (grain.cellHeight + grain.gap) + HOST_LABEL,
        };
  const perRow = Math.max(1, Math.floor((width - EDGE + HOST_GAP) / (box.width + HOST_GAP)));
  const hosts: HostBox[] = [];
  const bands: Band[] = [];
  let y = 0;
  for (const { id } of scenario.clusters) {
    const members = membersOf(scenario, id);
    if (members.length === 0) continue;
    members.forEach((host, nth) => {
      const x = EDGE + (nth % perRow) * (box.width + HOST_GAP);
      const top = y + BAND_LABEL + Math.floor(nth / perRow) * (box.height + HOST_GAP);
      hosts[host] = { host, x, y: top, ...box, columns, rows };
    });
    const lines = Math.ceil(members.length / perRow);
    const bandHeight = BAND_LABEL + lines * (box.height + HOST_GAP);
    bands.push({ cluster: id, hosts: members, x: 0, y, width, height: bandHeight });
    y += bandHeight + BAND_GAP;
  }
  return { grain, width: Math.max(width, EDGE + box.width), height: y, bands, hosts };
}

/** The cell of the n-th VM of a host. */
export function cellOf(box: HostBox, nth: number, { cellWidth, cellHeight, gap }: Grain): Box {
  return {
    x: box.x + (nth % box.columns) * (cellWidth + gap),
    y: box.y + Math.floor(nth / box.columns) * (cellHeight + gap),
    width: cellWidth,
    height: cellHeight,
  };
}

const holds = (box: Box, x: number, y: number): boolean =>
  x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height;

/** The host under a point, or -1. */
export function hostAt({ hosts }: DatacenterLayout, x: number, y: number): number {
  return hosts.find((box) => holds(box, x, y))?.host ?? -1;
}

/** The cluster under a point: its tile, or its band over the whole width. */
export function clusterAt({ bands, grain }: DatacenterLayout, x: number, y: number): string {
  const across = grain.detail !== 'clusters';
  return bands.find((band) => holds(across ? { ...band, x } : band, x, y))?.cluster ?? '';
}

/** Which of a host's places a point is in; it may be empty. -1 where there are none. */
export function placeAt(box: HostBox, x: number, y: number, { cellWidth, cellHeight, gap }: Grain): number {
  if (box.columns === 0) return -1;
  const column = Math.floor((x - box.x) / (cellWidth + gap));
  const row = Math.floor((y - box.y) / (cellHeight + gap));
  return column >= 0 && column < box.columns && row >= 0 && row < box.rows ? row * box.columns + column : -1;
}

/** What to bring into view for a host. */
export function boxOfHost(layout: DatacenterLayout, host: number): Box | null {
  return layout.hosts[host] ?? layout.bands.find(({ hosts }) => hosts.includes(host)) ?? null;
}
