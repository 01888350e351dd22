/** What a run would ask of this machine, before it starts: memory exactly, time from how fast the machine was seen to be. */
import { NS_PER_SECOND, PAGE_BYTES, type Bytes, type Ns } from '../base/units.ts';
import type { Problem } from '../base/result.ts';
import { formatDuration, formatIec } from '../scenario/quantity.ts';
import type { Phase, Scenario } from '../scenario/schema.ts';
import type { DataPlane, Fidelity, GuestMemorySpec } from './data-plane.ts';
import { estimateMigration } from './estimate.ts';
import { fastestWrites, memorySpec } from './memory-spec.ts';
import type { PlannedMigration } from './run-log.ts';

/** What one machine does a second; measured by whoever starts the engine, never part of a result. */
export interface Machine {
  readonly pagesPerSecond: Readonly<Record<Fidelity, number>>;
  readonly writesPerSecond: number;
  /** A run that would take longer is refused. */
  readonly mostSeconds: number;
}

/**
 * Cautious figures for a phone of some years ago. A server core under Node was measured at 1.36 million byte-exact pages made and sent
 * a second, 5,000 million page-exact ones and 130 million single writes: about nine times as fast as this, or more. Memory that is
 * touched for the first time is slower: there the first byte-exact run of a plane took as long as this says.
 */
export const SLOW_MACHINE: Machine = {
  pagesPerSecond: { 'byte-exact': 150_000, 'page-exact': 400_000_000, expected: 1e12 },
  writesPerSecond: 15_000_000,
  mostSeconds: 300,
};

/** Measured on the same core: the time to send a page with LZ4, in pages sent as they are; and pages in 4,096 bytes on the wire. */
const LZ4_WORK = 10;
const LZ4_PAGES = 2;
/** Measured: a single write that also changes bytes, in single writes without; the bytes are in parts of this. */
const BYTE_WRITE_WORK = 4;
const BYTES_PER_WORK = 50;
/** Measured: a single write in bitmaps larger than the core's own caches, and in those of many TiB. */
const MISSING_WORK = 2;
const FAR_MISSING_WORK = 16;
/** Measured as 1.5: one word of a sliced round's working set, which is looked at once in each of its 64 slices. */
const WORD_WORK = 3;
const SLICES_PER_ROUND = 64;
const PAGES_PER_WORD = 64;

/** Virtual time is exact to 2^53 ns, 104 days; a run that would come near is refused. */
const MOST_VIRTUAL_NS = 60 * 86_400 * NS_PER_SECOND;

export interface Cost {
  readonly bytes: Bytes;
  /** Of this machine's time. */
  readonly seconds: number;
  /** Of virtual time. */
  readonly totalNs: Ns;
}

export function costOf(
  scenario: Scenario,
  planned: PlannedMigration,
  plane: Pick<DataPlane, 'bytesNeeded'>,
  machine: Machine,
): Cost {
  const spec = memorySpec(scenario, planned);
  const estimate = estimateMigration(scenario, planned);
  const { totalNs } = estimate;
  if (spec.fidelity === 'expected') return { bytes: 0, seconds: 0, totalNs };
  const isLz4 = spec.compression === 'lz4';
  const sentPages = (estimate.wireBytes / PAGE_BYTES) * (isLz4 ? LZ4_PAGES : 1);
  const sendWork = isLz4 && spec.fidelity === 'byte-exact' ? LZ4_WORK : 1;
  const pageWork = sentPages * sendWork + planned.pageCount;
  return {
    totalNs,
    bytes: plane.bytesNeeded(spec),
    seconds:
      pageWork / machine.pagesPerSecond[spec.fidelity] +
      writeWork(spec, estimate.totalNs, estimate.rounds) / machine.writesPerSecond,
  };
}

/** The writes of the busiest phase, in single writes to a small bitmap. */
function writeWork(spec: GuestMemorySpec, totalNs: Ns, rounds: number): number {
  const writes = (totalNs / NS_PER_SECOND) * fastestWrites(spec.phases);
  const largest = (of: (phase: Phase) => number) => Math.max(...spec.phases.map(of));
  if (spec.fidelity === 'byte-exact')
    return writes * (BYTE_WRITE_WORK + largest((phase) => phase.bytesPerWrite) / BYTES_PER_WORK);
  if (spec.writes !== 'sliced') return writes * MISSING_WORK;
  // A sweep fills whole words and looks at nothing else.
  if (spec.phases.every((phase) => phase.pattern === 'sweep' || phase.pattern === 'idle')) return writes;
  const words = largest((phase) => phase.workingSetBytes) / PAGE_BYTES / PAGES_PER_WORD;
  return Math.min(writes * FAR_MISSING_WORK, words * SLICES_PER_ROUND * (rounds + 1) * WORD_WORK);
}

/** Problems with the number and an alternative; none where the run may start. */
export function refusals(
  scenario: Scenario,
  migrations: readonly PlannedMigration[],
  plane: Pick<DataPlane, 'bytesNeeded' | 'capacityBytes'>,
  machine: Machine = SLOW_MACHINE,
): Problem[] {
  const problems: Problem[] = [];
  let seconds = 0;
  let endNs = 0;
  for (const planned of migrations) {
    const cost = costOf(scenario, planned, plane, machine);
    const path = `vms[${scenario.vms.findIndex((vm) => vm.id === planned.vm)}]`;
    seconds += cost.seconds;
    endNs = Math.max(endNs, planned.requestedNs) + cost.totalNs;
    const refused = [
      ...memoryRefusal(cost, planned, plane.capacityBytes, path),
      ...timeRefusal(seconds, machine, path),
      ...virtualRefusal(endNs, path),
    ];
    // Several moves of one VM are refused for one reason: said once.
    problems.push(
      ...refused.filter(
        (one) => !problems.some((known) => known.code === one.code && known.path === one.path),
      ),
    );
  }
  return problems;
}

function memoryRefusal(cost: Cost, planned: PlannedMigration, capacityBytes: Bytes, path: string): Problem[] {
  if (cost.bytes <= capacityBytes) return [];
  const alternative =
    planned.fidelity === 'byte-exact'
      ? 'Set fidelity to page-exact: one bit a page, the same rounds and times, proof by accounting.'
      : 'Set fidelity to expected: the same rounds and times in the mean, without a bit for each page.';
  const message = `This VM would need ${formatIec(cost.bytes)} of memory here and there is ${formatIec(capacityBytes)}. ${alternative}`;
  return [{ code: 'memory.refused', path: `${path}.fidelity`, message }];
}

function timeRefusal(seconds: number, machine: Machine, path: string): Problem[] {
  if (seconds <= machine.mostSeconds) return [];
  const took = formatDuration(Math.round(seconds) * NS_PER_SECOND);
  const most = formatDuration(machine.mostSeconds * NS_PER_SECOND);
  const message = `Computing this would take about ${took} here; the limit is ${most}. Lower the write rate or the memory, raise the link speed, or turn SDPS on.`;
  return [{ code: 'time.refused', path: `${path}.phases`, message }];
}

function virtualRefusal(endNs: Ns, path: string): Problem[] {
  if (endNs <= MOST_VIRTUAL_NS) return [];
  const message = `This would last ${formatDuration(endNs)} of virtual time; the limit is ${formatDuration(MOST_VIRTUAL_NS)}. Raise the link speed or the window, or use less memory.`;
  return [{ code: 'virtual-time.refused', path, message }];
}
