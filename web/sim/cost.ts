/** What a run would ask of this machine, before it starts: memory exactly, time from how fast the machine was seen to be. */
import { NS_PER_SECOND, PAGE_BYTES, type Bytes } from '../base/units.ts';
import type { Problem } from '../base/result.ts';
import { formatDuration, formatIec } from '../scenario/quantity.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { DataPlane, Fidelity } from './data-plane.ts';
import { estimateMigration } from './estimate.ts';
import { memorySpec } from './memory-spec.ts';
import type { PlannedMigration } from './run-log.ts';

/** What one machine does a second; measured by whoever starts the engine, never part of a result. */
export interface Machine {
  readonly pagesPerSecond: Readonly<Record<Fidelity, number>>;
  readonly writesPerSecond: number;
  /** A run that would take longer is refused. */
  readonly mostSeconds: number;
}

/** Cautious figures for a phone of some years ago; a desktop is several times faster. */
export const SLOW_MACHINE: Machine = {
  pagesPerSecond: { 'byte-exact': 150_000, 'page-exact': 60_000_000, expected: 1e12 },
  writesPerSecond: 15_000_000,
  mostSeconds: 300,
};

export interface Cost {
  readonly bytes: Bytes;
  readonly seconds: number;
}

export function costOf(
  scenario: Scenario,
  planned: PlannedMigration,
  plane: Pick<DataPlane, 'bytesNeeded'>,
  machine: Machine,
): Cost {
  const spec = memorySpec(scenario, planned);
  if (spec.fidelity === 'expected') return { bytes: 0, seconds: 0 };
  const estimate = estimateMigration(scenario, planned);
  const pages = estimate.wireBytes / PAGE_BYTES + planned.pageCount;
  const fastest = Math.max(
    ...spec.phases.map((phase) => (phase.pattern === 'idle' ? 0 : phase.writesPerSecond)),
  );
  const writes = (estimate.totalNs / NS_PER_SECOND) * fastest;
  return {
    bytes: plane.bytesNeeded(spec),
    seconds: pages / machine.pagesPerSecond[planned.fidelity] + writes / machine.writesPerSecond,
  };
}

/** Problems with the number and an alternative; none where the run may start. */
export function refusals(
  scenario: Scenario,
  migrations: readonly PlannedMigration[],
  plane: Pick<DataPlane, 'bytesNeeded' | 'capacityBytes'>,
  machine: Machine = SLOW_MACHINE,
): Problem[] {
  return migrations.flatMap((planned) => {
    const cost = costOf(scenario, planned, plane, machine);
    const path = `vms[${scenario.vms.findIndex((vm) => vm.id === planned.vm)}]`;
    return [...memoryRefusal(cost, planned, plane.capacityBytes, path), ...timeRefusal(cost, machine, path)];
  });
}

function memoryRefusal(cost: Cost, planned: PlannedMigration, capacityBytes: Bytes, path: string): Problem[] {
  if (cost.bytes <= capacityBytes) return [];
  const alternative =
    planned.fidelity === 'byte-exact'
      ? 'Set fidelity to page-exact: one bit a page, the same rounds and times, proof by accounting.'
      : 'Use less memory for this VM.';
  const message = `This VM would need ${formatIec(cost.bytes)} of memory here and there is ${formatIec(capacityBytes)}. ${alternative}`;
  return [{ code: 'memory.refused', path: `${path}.fidelity`, message }];
}

function timeRefusal(cost: Cost, machine: Machine, path: string): Problem[] {
  if (cost.seconds <= machine.mostSeconds) return [];
  const took = formatDuration(Math.round(cost.seconds) * NS_PER_SECOND);
  const most = formatDuration(machine.mostSeconds * NS_PER_SECOND);
  const message = `Computing this would take about ${took} here; the limit is ${most}. Lower the write rate or the memory, raise the link speed, or turn SDPS on.`;
  return [{ code: 'time.refused', path: `${path}.phases`, message }];
}
