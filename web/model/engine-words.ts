/** What the engine did on this machine in its last run, as one quiet line. */
import { GIB, MIB } from '../base/units.ts';
import type { EngineFigures } from '../worker/protocol.ts';

export type { EngineFigures, RunBench } from '../worker/protocol.ts';

/** "3.1 M": three significant digits and the unit a reader can say. */
export function formatMany(value: number): string {
  const [size, name] =
    value >= 1e9 ? [1e9, ' G'] : value >= 1e6 ? [1e6, ' M'] : value >= 1e3 ? [1e3, ' k'] : [1, ' '];
  const scaled = value / size;
  return `${scaled >= 99.95 ? scaled.toFixed(0) : scaled >= 9.995 ? scaled.toFixed(1) : scaled.toFixed(2)}${name}`;
}

export function machineLine({ thread, pages, computeMs, memoryBytes }: EngineFigures): string {
  const parts: string[] = [];
  if (pages > 0 && computeMs > 0) parts.push(`${formatMany((1000 * pages) / computeMs)} pages/s`);
  parts.push(thread === 'worker' ? '1 worker' : 'no worker, the page computes');
  if (memoryBytes > 0) parts.push(memoryText(memoryBytes));
  return parts.join(', ');
}

function memoryText(bytes: number): string {
  const [size, name] = bytes >= GIB ? [GIB, 'GiB'] : [MIB, 'MiB'];
  return `${Number((bytes / size).toPrecision(3))} ${name}`;
}
