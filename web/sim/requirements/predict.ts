/** How long a move would take if nothing else were on the lines: what stands beside the verdict. */
import { NS_PER_SECOND, PAGE_BYTES, mulDivCeil, type Bytes, type Ns } from '../../base/units.ts';
import { usedBytesOf } from '../../scenario/memory.ts';
import { estimateMigration } from '../estimate.ts';
import type { EstimateNumbers } from '../events.ts';
import type { Way } from '../fleet/lines.ts';
import type { Move } from './move.ts';

export interface MovePrediction {
  readonly totalNs: Ns;
  readonly downtimeNs: Ns;
  readonly bytes: Bytes;
  readonly diskNs: Ns;
  readonly converges: boolean;
}

const NOTHING: MovePrediction = { totalNs: 0, downtimeNs: 0, bytes: 0, diskNs: 0, converges: true };

/** Null where no way leads there. */
export function predictMove(move: Move): MovePrediction | null {
  const { vm, source, target, from, to, inventory } = move;
  if (!move.isLive && !move.movesDisk) return NOTHING;
  const hosts = inventory.hostIndex;
  const [a, b] = [hosts.get(source.id) as number, hosts.get(target.id) as number];
  const stores = inventory.scenario.datastores;
  const disk = move.movesDisk
    ? inventory.lines.diskWay(a, b, stores.indexOf(from), stores.indexOf(to))
    : null;
  if (move.movesDisk && !disk) return null;
  const diskNs = disk ? sweepNs(move, disk) : 0;
  const diskBytes = disk ? vm.diskBytes : 0;
  if (!move.changesHost || !move.isLive) return { ...NOTHING, totalNs: diskNs, diskNs, bytes: diskBytes };
  const memory = predictMemory(move);
  if (!memory) return null;
  return {
    totalNs: memory.totalNs + diskNs,
    downtimeNs: memory.downtimeNs,
    bytes: memory.wireBytes + diskBytes,
    diskNs,
    converges: memory.converges === 1,
  };
}

/** Both datastores take part, and writes behind the sweep are sent as well while it goes on. */
function sweepNs({ vm, from, to }: Move, way: Way): Ns {
  const rate = Math.min(way.bytesPerSecond, from.bytesPerSecond, to.bytesPerSecond);
  return mulDivCeil(vm.diskBytes, NS_PER_SECOND, Math.max(1, rate - vm.diskWriteBytesPerSecond));
}

function predictMemory(move: Move): EstimateNumbers | null {
  const { vm, way, source, target } = move;
  if (!way || way.bytesPerSecond === 0) return null;
  const usedBytes = usedBytesOf(vm);
  return estimateMigration(move.scenario, {
    ...{ index: 0, vm: vm.id, sourceHost: source.id, targetHost: target.id, requestedNs: 0, cancelNs: null },
    ...{ fidelity: 'expected', usedBytes, pageCount: usedBytes / PAGE_BYTES, arrival: 'announced' },
    ...{ diskBytes: 0, movesMemory: true, rttNs: way.rttNs, windowLimited: way.because === 'window' },
    lineBytesPerSecond: way.lineBytesPerSecond,
    bytesPerSecond: way.bytesPerSecond,
  });
}
