/** What is still to come at a moment, as the estimate made last has it; null where nothing is. */
import { PAGE_BYTES, mulDivFloor, NS_PER_SECOND, PPM, type Bytes } from '../base/units.ts';
import { predict, type Prediction } from '../layout/prediction.ts';
import type { Moment } from '../model/moment.ts';
import type { RunLog } from '../model/types.ts';

export function goalBytesOf({ goalNs, migration }: Moment): Bytes {
  return mulDivFloor(goalNs, migration.bytesPerSecond, NS_PER_SECOND);
}

export function predictionOf(moment: Moment, log: RunLog): Prediction | null {
  const { estimate, migration, gap, stage } = moment;
  if (!estimate || stage === 'completed' || stage === 'failed' || stage === 'cancelled') return null;
  const expectedEndNs = Math.max(moment.atNs, migration.requestedNs + estimate.totalNs);
  if (gap) {
    const endNs = Math.max(
      moment.running ? gap.fromNs + moment.downtimeNs : moment.atNs,
      gap.fromNs + estimate.downtimeNs,
    );
    return {
      rounds: [],
      stun: moment.running ? null : { startNs: gap.fromNs, endNs },
      endNs: Math.max(expectedEndNs, endNs),
    };
  }
  const last = moment.rounds.at(-1);
  const running = last && !last.done ? last : null;
  const vm = log.scenario.vms.find((one) => one.id === migration.vm);
  return predict({
    estimate,
    requestedNs: migration.requestedNs,
    bytesPerSecond: migration.bytesPerSecond,
    round: running ? running.round : last ? last.round + 1 : 0,
    listBytes: (running ? running.dirtyPages : last ? last.writtenPages : migration.pageCount) * PAGE_BYTES,
    startNs: running ? running.startNs : Math.max(moment.atNs, migration.requestedNs),
    wireShare: (last?.round ?? 0) > 0 || last?.done || !vm ? 1 : filledShare(vm.content),
    deviceBytes: vm?.deviceStateBytes ?? 0,
    goalBytes: goalBytesOf(moment),
  });
}

/** Round 0 sends pages of zeros as well, nine bytes each. */
function filledShare({ textPpm, heapPpm, randomPpm }: RunLog['scenario']['vms'][number]['content']): number {
  return Math.max(0.01, Math.min(1, (textPpm + heapPpm + randomPpm) / PPM));
}
