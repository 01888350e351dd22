/** A maintenance plan over time: a row for each host, what is predicted, the work, and what was simulated. */
import { linearScale, ticksOf, type Tick } from './scale.ts';

export interface PlannedHost {
  readonly name: string;
  readonly enterNs: number;
  readonly emptyNs: number;
  readonly workFromNs: number;
  readonly exitNs: number;
  /** When it was empty in the run; null where it is not known. */
  readonly simulatedNs: number | null;
}

interface Span {
  readonly x: number;
  readonly width: number;
}

export interface PlanRow {
  readonly name: string;
  readonly y: number;
  readonly predicted: Span;
  readonly work: Span;
  readonly simulated: Span | null;
}

export interface PlanChart {
  readonly rows: readonly PlanRow[];
  readonly height: number;
  readonly ticks: readonly (Tick & { readonly x: number })[];
  readonly unit: 'h' | 'min' | 's';
}

export const ROW_HEIGHT = 22;
/** What lasts a moment is still to be seen. */
const LEAST_WIDTH = 2;
const TICKS = 6;
const UNITS = [
  ['h', 3_600e9, 2],
  ['min', 60e9, 2],
  ['s', 1e9, 0],
] as const;

/** @param width of the room for time, px; names stand beside it. */
export function planChart(hosts: readonly PlannedHost[], width: number): PlanChart {
  const fromNs = Math.min(...hosts.map(({ enterNs }) => enterNs));
  const toNs = Math.max(...hosts.map(({ exitNs, simulatedNs }) => Math.max(exitNs, simulatedNs ?? 0)));
  const [unit, unitNs] = UNITS.find(([, ns, least]) => (toNs - fromNs) / ns >= least) ?? UNITS[2];
  const scale = linearScale([fromNs, toNs], [0, width]);
  const span = (from: number, to: number): Span => ({
    x: scale(from),
    width: Math.max(LEAST_WIDTH, scale(to) - scale(from)),
  });
  const ticks = ticksOf([fromNs / unitNs, toNs / unitNs], Math.max(2, Math.min(TICKS, width / 60)));
  return {
    rows: hosts.map((host, at) => ({
      name: host.name,
      y: at * ROW_HEIGHT,
      predicted: span(host.enterNs, host.emptyNs),
      work: span(host.workFromNs, host.exitNs),
      simulated: host.simulatedNs === null ? null : span(host.enterNs, host.simulatedNs),
    })),
    height: hosts.length * ROW_HEIGHT,
    ticks: ticks.map((tick) => ({ ...tick, x: scale(tick.value * unitNs) })),
    unit,
  };
}
