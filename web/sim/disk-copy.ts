/**
 * The disk goes first where it does not lie where the target can see it, or where it is to lie elsewhere: one sweep over the disk, and a
 * mirror driver that sends what the guest writes behind the sweep a second time (Mashtizadeh and others, "The Design and Evolution of
 * Live Storage Migration in VMware ESX", 2011).
 */
import { NS_PER_SECOND, PPM, mulDivFloor } from '../base/units.ts';
import { Cancelled, type MigrationState, type Pause } from './migration-state.ts';
import { ESXI } from './policy/esxi.ts';

/** Parts of one sweep: writes fall evenly on the disk, so of those in part i the share i / PARTS lies behind it. Our choice. */
const PARTS = 64;

/** Copies the disk over the path the migration has now. */
export function* copyDisk(it: MigrationState): Generator<Pause> {
  const { diskBytes } = it.planned;
  const startNs = it.nowNs;
  let mirroredBytes = 0;
  let owedBytes = 0;
  for (let part = 0; part < PARTS; part++) {
    const fromNs = it.nowNs;
    const bytes = mulDivFloor(diskBytes, part + 1, PARTS) - mulDivFloor(diskBytes, part, PARTS);
    if (!(yield* it.occupy(bytes + owedBytes, 0, it.planned.cancelNs ?? Infinity)))
      throw new Cancelled(it.nowNs);
    mirroredBytes += owedBytes;
    const written = mulDivFloor(it.vm.diskWriteBytesPerSecond, it.nowNs - fromNs, NS_PER_SECOND);
    owedBytes = mulDivFloor(written, part + 1, PARTS);
  }
  if (!(yield* it.occupy(owedBytes, 0, it.planned.cancelNs ?? Infinity))) throw new Cancelled(it.nowNs);
  mirroredBytes += owedBytes;
  it.diskBytes = diskBytes + mirroredBytes;
  it.emit('disk-copied', { bytes: diskBytes, mirroredBytes, durationNs: it.nowNs - startNs });
}

/** Only the disk moves: the VM stops for a moment, closes its files here and opens them there, on the same host. */
export function* switchDisk(it: MigrationState): Generator<Pause> {
  it.stunnedNs = it.nowNs;
  it.serve('stunned', 0);
  it.emit('stunned', {
    leftPages: 0,
    leftBytes: 0,
    neededNs: 0,
    goalNs: it.scenario.policy.switchoverGoalNs,
  });
  yield* it.pass(ESXI.stopNs + ESXI.resumeNs);
  it.downtimeNs = it.nowNs - it.stunnedNs;
  it.networkGapNs = it.downtimeNs;
  it.resumed = true;
  it.emit('resumed', { downtimeNs: it.downtimeNs });
  it.serve('reachable', PPM);
  yield* it.pass(ESXI.cleanUpNs);
}
