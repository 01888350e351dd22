/** Draws the map of a datacenter onto a canvas: the part in view, at the level of detail of its layout. */
import {
  CLUSTER_TILE,
  HOST_LABEL,
  cellOf,
  type Band,
  type Box,
  type DatacenterLayout,
  type HostBox,
} from '../../layout/datacenter.ts';
import type { HostVerdict } from '../../model/compatibility.ts';
import type { FleetPicture } from '../../model/fleet-picture.ts';
import { formatCount } from '../../model/format.ts';
import type { Scenario } from '../../model/types.ts';

export const TOKENS = [
  ...(['ground', 'ink', 'ink-2', 'ink-3', 'line', 'rule', 'rest', 'flight', 'arrived', 'stun'] as const),
  ...(['flight-text', 'arrived-text', 'stun-text'] as const),
] as const;
export type Paint = Record<(typeof TOKENS)[number], string>;

export interface MapScene {
  readonly scenario: Scenario;
  readonly layout: DatacenterLayout;
  readonly picture: FleetPicture;
  /** By host: its VMs in places, then those on their way to it. */
  readonly inPlaces: readonly (readonly number[])[];
  readonly selected: ReadonlySet<number>;
  readonly found: ReadonlySet<number>;
  readonly verdicts: readonly HostVerdict[];
  /** Marked: chosen, or under what is dragged. */
  readonly markedHosts: ReadonlySet<number>;
  readonly markedCluster: string;
}

/** Emptied, empty, asleep, failed. */
const LIFE_MARKS = { connected: '', entering: ' →', maintenance: ' ∅', standby: ' z', down: ' ×' } as const;
const VERDICT_MARKS = { here: '', fits: '✓ ', warns: '△ ', refuses: '× ' } as const;

/** @param view the part of the layout that is in view, in pixels of the layout. Nothing else is drawn. */
export function drawMap(context: CanvasRenderingContext2D, scene: MapScene, view: Box, paint: Paint): void {
  context.save();
  context.translate(-view.x, -view.y);
  context.textBaseline = 'top';
  const { bands, hosts, grain } = scene.layout;
  for (const band of bands) {
    if (!meets(band, view)) continue;
    if (grain.detail === 'clusters') drawCluster(context, scene, band, paint);
    else {
      context.fillStyle = band.cluster === scene.markedCluster ? paint.ink : paint.rule;
      context.fillRect(band.x, band.y, band.width, band.cluster === scene.markedCluster ? 2 : 1);
    }
  }
  for (const box of hosts) if (box && meets(box, view)) drawHost(context, scene, box, paint);
  context.restore();
}

function meets(a: Box, b: Box): boolean {
  return a.x <= b.x + b.width && b.x <= a.x + a.width && a.y <= b.y + b.height && b.y <= a.y + a.height;
}

interface Load {
  vms: number;
  moving: number;
  coming: number;
  usedBytes: number;
  comingBytes: number;
  memoryBytes: number;
}

/** What is on these hosts, what leaves them or comes to them. */
function loadOf({ scenario, picture, inPlaces }: MapScene, hosts: readonly number[]): Load {
  const load: Load = { vms: 0, moving: 0, coming: 0, usedBytes: 0, comingBytes: 0, memoryBytes: 0 };
  for (const host of hosts) {
    load.memoryBytes += scenario.hosts[host]?.memoryBytes ?? 0;
    for (const vm of inPlaces[host] ?? []) {
      const bytes = scenario.vms[vm]?.memoryBytes ?? 0;
      const moves = picture.stateOf[vm] === 'moving' || picture.stateOf[vm] === 'stunned';
      if (picture.hostOf[vm] === host) {
        load.vms++;
        load.usedBytes += bytes;
        if (moves) load.moving++;
      } else if (moves) {
        load.coming++;
        load.comingBytes += bytes;
      }
    }
  }
  return load;
}

function drawBar(context: CanvasRenderingContext2D, box: Box, load: Load, paint: Paint): void {
  const widthOf = (bytes: number) => (load.memoryBytes > 0 ? (box.width * bytes) / load.memoryBytes : 0);
  const used = Math.min(box.width, widthOf(load.usedBytes));
  context.fillStyle = paint.rule;
  context.fillRect(box.x, box.y, box.width, box.height);
  context.fillStyle = paint['ink-3'];
  context.fillRect(box.x, box.y, used, box.height);
  context.fillStyle = paint.flight;
  context.fillRect(box.x + used, box.y, Math.min(box.width - used, widthOf(load.comingBytes)), box.height);
}

const vmsText = (count: number) => `${formatCount(count)} ${count === 1 ? 'VM' : 'VMs'}`;

/** The name of a cluster is a heading of the page above its tile. */
function drawCluster(context: CanvasRenderingContext2D, scene: MapScene, band: Band, paint: Paint): void {
  const load = loadOf(scene, band.hosts);
  const isMarked = band.cluster === scene.markedCluster;
  context.strokeStyle = isMarked ? paint.ink : paint.line;
  context.lineWidth = isMarked ? 2 : 1;
  context.strokeRect(band.x + 0.5, band.y + 0.5, CLUSTER_TILE.width - 1, CLUSTER_TILE.height - 1);
  drawBar(
    context,
    { x: band.x + 12, y: band.y + 32, width: CLUSTER_TILE.width - 24, height: 8 },
    load,
    paint,
  );
  const count = band.hosts.length;
  context.fillStyle = paint['ink-2'];
  const hosts = `${formatCount(count)} ${count === 1 ? 'host' : 'hosts'}, ${vmsText(load.vms)}`;
  context.fillText(hosts, band.x + 12, band.y + 46);
  const bad = band.hosts.filter((host) => scene.picture.hostLife[host] === 'down').length;
  const said = bad > 0 ? `${formatCount(bad)} failed` : movesText(load);
  context.fillStyle = bad > 0 ? paint['stun-text'] : paint['flight-text'];
  context.fillText(said, band.x + 12, band.y + 62);
}

function movesText({ moving, coming }: Load): string {
  const parts = [
    moving > 0 ? `${formatCount(moving)} leaving` : '',
    coming > 0 ? `${formatCount(coming)} coming` : '',
  ];
  return parts.filter((part) => part !== '').join(', ');
}

function drawHost(context: CanvasRenderingContext2D, scene: MapScene, box: HostBox, paint: Paint): void {
  const { layout, inPlaces } = scene;
  if (layout.grain.detail === 'hosts') return drawHostTile(context, scene, box, paint);
  (inPlaces[box.host] ?? []).forEach((vm, nth) => {
    if (nth < box.columns * box.rows)
      drawVm(context, scene, vm, cellOf(box, nth, layout.grain), box.host, paint);
  });
  const bottom = box.y + box.height - HOST_LABEL;
  drawHostLine(context, scene, box, bottom + 1, paint);
  drawHostName(context, scene, box, bottom + 4, paint);
}

function drawHostTile(context: CanvasRenderingContext2D, scene: MapScene, box: HostBox, paint: Paint): void {
  const load = loadOf(scene, [box.host]);
  drawHostLine(context, scene, box, box.y, paint);
  drawHostName(context, scene, box, box.y + 5, paint);
  drawBar(context, { x: box.x, y: box.y + 21, width: box.width, height: 6 }, load, paint);
  context.fillStyle = paint['ink-3'];
  const vms = vmsText(load.vms);
  context.fillText(vms, box.x, box.y + 32);
  const moves = load.moving + load.coming;
  context.fillStyle = paint['flight-text'];
  if (moves > 0)
    context.fillText(
      `${formatCount(moves)} moving`,
      box.x + context.measureText(`${vms}  `).width,
      box.y + 32,
    );
}

function drawHostLine(
  context: CanvasRenderingContext2D,
  { picture, markedHosts, layout }: MapScene,
  box: HostBox,
  y: number,
  paint: Paint,
): void {
  const isMarked = markedHosts.has(box.host);
  const isDown = picture.hostLife[box.host] === 'down';
  context.fillStyle = isMarked ? paint.ink : isDown ? paint.stun : paint.line;
  context.fillRect(box.x, y, box.width - layout.grain.gap, isMarked ? 2 : 1);
}

function drawHostName(
  context: CanvasRenderingContext2D,
  { scenario, picture, verdicts }: MapScene,
  box: HostBox,
  y: number,
  paint: Paint,
): void {
  const life = picture.hostLife[box.host] ?? 'connected';
  const verdict = verdicts[box.host]?.verdict ?? 'here';
  const isBad = life === 'down' || verdict === 'refuses';
  context.fillStyle = isBad ? paint.stun : life === 'connected' ? paint['ink-2'] : paint['ink-3'];
  const sick = picture.isSick[box.host] ? ' !' : '';
  const label = `${VERDICT_MARKS[verdict]}${scenario.hosts[box.host]?.id ?? ''}${LIFE_MARKS[life]}${sick}`;
  context.fillText(fitted(context, label, box.width), box.x, y);
}

/** Cut from the left: the end of a name is what tells hosts and VMs apart. */
function fitted(context: CanvasRenderingContext2D, text: string, width: number): string {
  let shown = text;
  while (shown.length > 2 && context.measureText(shown).width > width) shown = `…${shown.slice(2)}`;
  return shown;
}

function drawVm(
  context: CanvasRenderingContext2D,
  scene: MapScene,
  vm: number,
  cell: Box,
  host: number,
  paint: Paint,
): void {
  const { picture, layout } = scene;
  if (layout.grain.detail === 'names') drawNamed(context, scene, vm, cell, host, paint);
  else drawCell(context, picture, vm, cell, host, paint);
  if (scene.selected.has(vm) || scene.found.has(vm)) {
    context.strokeStyle = paint.ink;
    context.lineWidth = 1.5;
    context.strokeRect(cell.x - 1, cell.y - 1, cell.width + 2, cell.height + 2);
  }
}

function frame(context: CanvasRenderingContext2D, cell: Box, colour: string): void {
  context.strokeStyle = colour;
  context.lineWidth = 1;
  context.strokeRect(cell.x + 0.5, cell.y + 0.5, cell.width - 1, cell.height - 1);
}

function drawCell(
  context: CanvasRenderingContext2D,
  picture: FleetPicture,
  vm: number,
  cell: Box,
  host: number,
  paint: Paint,
): void {
  const state = picture.stateOf[vm];
  const fill = (colour: string, share = 1) => {
    context.fillStyle = colour;
    context.fillRect(cell.x, cell.y + cell.height * (1 - share), cell.width, cell.height * share);
  };
  if (picture.hostOf[vm] !== host) {
    if (state === 'queued') return;
    frame(context, cell, paint.flight);
    if (state === 'moving' || state === 'stunned') fill(paint.flight, picture.shareOf[vm]);
  } else if (state === 'moving') {
    fill(paint.rest);
    fill(paint.flight, 1 - (picture.shareOf[vm] ?? 0));
  } else if (state === 'stunned') fill(paint.stun);
  else if (state === 'queued') frame(context, cell, paint.line);
  else if (state === 'arrived') fill(paint.arrived);
  else if (state === 'down' || state === 'refused') cross(context, cell, paint.stun);
  else fill(paint['ink-3']);
}

const BAR = 3;

/** Its name, and below it a bar: what of it has come to the other side, or its state. */
function drawNamed(
  context: CanvasRenderingContext2D,
  { scenario, picture }: MapScene,
  vm: number,
  cell: Box,
  host: number,
  paint: Paint,
): void {
  const state = picture.stateOf[vm];
  const isComing = picture.hostOf[vm] !== host;
  if (isComing && state === 'queued') return;
  const isBad = state === 'down' || state === 'refused' || state === 'stunned';
  const colour = isBad ? paint['stun-text'] : state === 'arrived' ? paint['arrived-text'] : paint['ink-2'];
  context.fillStyle = isComing ? paint['flight-text'] : colour;
  const mark = state === 'down' || state === 'refused' ? '× ' : '';
  context.fillText(
    fitted(context, `${mark}${scenario.vms[vm]?.id ?? ''}`, cell.width - 3),
    cell.x + 3,
    cell.y + 1,
  );
  const share = state === 'moving' || state === 'stunned' ? (picture.shareOf[vm] ?? 0) : isComing ? 0 : 1;
  const y = cell.y + cell.height - BAR;
  context.fillStyle = paint.rule;
  context.fillRect(cell.x, y, cell.width, BAR);
  context.fillStyle = barColour(state, paint);
  context.fillRect(cell.x, y, cell.width * share, BAR);
}

function barColour(state: FleetPicture['stateOf'][number] | undefined, paint: Paint): string {
  if (state === 'moving') return paint.flight;
  if (state === 'arrived') return paint.arrived;
  if (state === 'queued') return paint.line;
  return state === 'runs' ? paint['ink-3'] : paint.stun;
}

function cross(context: CanvasRenderingContext2D, { x, y, width, height }: Box, colour: string): void {
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.beginPath();
  context.moveTo(x, y + (height - width) / 2);
  context.lineTo(x + width, y + (height + width) / 2);
  context.moveTo(x + width, y + (height - width) / 2);
  context.lineTo(x, y + (height + width) / 2);
  context.stroke();
}
