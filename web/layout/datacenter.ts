/**
 * Where hosts and VMs stand: a band a cluster, hosts in rows, a VM a cell of 5 x 11 at scale 1. The scale grows until the width is used,
 * so that two hosts fill a screen and sixty-four still fit.
 */
import type { Scenario } from '../scenario/schema.ts';

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface HostBox extends Box {
  readonly host: number;
  /** Cells of a row, and rows there is room for. */
  readonly columns: number;
  readonly rows: number;
}

export interface Band extends Box {
  readonly cluster: string;
  readonly hosts: readonly number[];
}

export interface DatacenterLayout {
  readonly scale: number;
  readonly width: number;
  readonly height: number;
  readonly bands: readonly Band[];
  /** By host. */
  readonly hosts: readonly HostBox[];
}

const CELL_WIDTH = 5;
const CELL_HEIGHT = 11;
const GAP = 1;
const COLUMNS = 8;
const HOST_GAP = 12;
export const HOST_LABEL = 18;
export const BAND_LABEL = 26;
const BAND_GAP = 14;
const LEAST_SCALE = 1;
const MOST_SCALE = 3;
const SCALE_STEP = 0.25;

/** @param places VMs that each host must have room for, by host: as many as it has at any time. */
export function layoutDatacenter(
  scenario: Scenario,
  places: readonly number[],
  width: number,
  height: number,
  zoom = 1,
): DatacenterLayout {
  let best = layoutAt(scenario, places, width, LEAST_SCALE * zoom);
  for (let scale = LEAST_SCALE + SCALE_STEP; scale <= MOST_SCALE; scale += SCALE_STEP) {
    const next = layoutAt(scenario, places, width, scale * zoom);
    if (next.height > height || next.width > width) break;
    best = next;
  }
  return best;
}

function layoutAt(
  scenario: Scenario,
  places: readonly number[],
  width: number,
  scale: number,
): DatacenterLayout {
  const rows = Math.max(2, Math.ceil(Math.max(0, ...places) / COLUMNS));
  const boxWidth = COLUMNS * (CELL_WIDTH + GAP) * scale;
  const boxHeight = rows * (CELL_HEIGHT + GAP) * scale + HOST_LABEL;
  const perRow = Math.max(1, Math.floor((width + HOST_GAP) / (boxWidth + HOST_GAP)));
  const hosts: HostBox[] = [];
  const bands: Band[] = [];
  let y = 0;
  for (const { id } of scenario.clusters) {
    const members = scenario.hosts.flatMap((host, at) => (host.cluster === id ? [at] : []));
    if (members.length === 0) continue;
    members.forEach((host, nth) => {
      const x = (nth % perRow) * (boxWidth + HOST_GAP);
      const top = y + BAND_LABEL + Math.floor(nth / perRow) * (boxHeight + HOST_GAP);
      hosts[host] = { host, x, y: top, width: boxWidth, height: boxHeight, columns: COLUMNS, rows };
    });
    const lines = Math.ceil(members.length / perRow);
    const bandHeight = BAND_LABEL + lines * (boxHeight + HOST_GAP);
    bands.push({ cluster: id, hosts: members, x: 0, y, width, height: bandHeight });
    y += bandHeight + BAND_GAP;
  }
  return { scale, width: Math.max(width, boxWidth), height: y, bands, hosts };
}

/** The cell of the n-th VM of a host. */
export function cellOf(box: HostBox, nth: number, scale: number): Box {
  return {
    x: box.x + (nth % box.columns) * (CELL_WIDTH + GAP) * scale,
    y: box.y + Math.floor(nth / box.columns) * (CELL_HEIGHT + GAP) * scale,
    width: CELL_WIDTH * scale,
    height: CELL_HEIGHT * scale,
  };
}

/** The host under a point, or -1. */
export function hostAt({ hosts }: DatacenterLayout, x: number, y: number): number {
  return (
    hosts.find((box) => x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height)
      ?.host ?? -1
  );
}

/** Which of a host's places a point is in; it may be empty. */
export function placeAt(box: HostBox, x: number, y: number, scale: number): number {
  const column = Math.floor((x - box.x) / ((CELL_WIDTH + GAP) * scale));
  const row = Math.floor((y - box.y) / ((CELL_HEIGHT + GAP) * scale));
  return column >= 0 && column < box.columns && row >= 0 && row < box.rows ? row * box.columns + column : -1;
}
