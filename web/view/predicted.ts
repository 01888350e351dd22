/** What is still to come at a moment, expected round by round; null where nothing is. */
import { PAGE_BYTES, mulDivFloor, NS_PER_SECOND, type Bytes } from '../base/units.ts';
import type { Prediction } from '../layout/prediction.ts';
import type { Moment } from '../model/moment.ts';

export function goalBytesOf({ goalNs, migration }: Moment): Bytes {
  return mulDivFloor(goalNs, migration.bytesPerSecond, NS_PER_SECOND);
}

export function predictionOf(moment: Moment): Prediction | null {
  const { estimate, migration, gap, stage, course } = moment;
  if (!estimate || stage === 'completed' || stage === 'failed' || stage === 'cancelled') return null;
  if (course) {
    const rounds = course.rounds.map(({ dirtyPages, leftPages, ...round }) => ({
      ...round,
      dirtyBytes: dirtyPages * PAGE_BYTES,
      leftBytes: leftPages * PAGE_BYTES,
    }));
    return { rounds, stun: course.stun, endNs: Math.max(moment.atNs, course.endNs) };
  }
  if (!gap) return null;
  const expectedEndNs = Math.max(moment.atNs, migration.requestedNs + estimate.totalNs);
  const stunEndNs = Math.max(
    moment.running ? gap.fromNs + moment.downtimeNs : moment.atNs,
    gap.fromNs + estimate.downtimeNs,
  );
  return {
    rounds: [],
    stun: moment.running ? null : { startNs: gap.fromNs, endNs: stunEndNs },
    endNs: Math.max(expectedEndNs, stunEndNs),
  };
}
