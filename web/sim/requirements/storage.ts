/** Requirement 3: shared storage; or the disk moves as well. */
import type { Datastore } from '../../scenario/schema.ts';
import { atLeast } from '../network/stream.ts';
import { unable, type Rule } from './finding.ts';
import { fix, onMove, onVm } from './fix.ts';
import type { Move } from './move.ts';
import { memoryText } from './words.ts';

const datastore: Rule = {
  id: 'datastore',
  topic: 'Storage',
  short: 'Target does not see the disk',
  fault: 'CannotAccessVmDisk',
  severity: 'error',
  wording: 'remembered',
  known: 'read',
  find(move) {
    const { vm, target, to } = move;
    if (to.hosts.includes(target.id)) return null;
    const message = unable(move, `Unable to access the virtual machine's disk on datastore '${to.id}'.`);
    if (move.movesDisk)
      return { message, why: `${target.id} does not see ${to.id}, where the disk of ${vm.id} shall go.` };
    const other = storeFor(move);
    return {
      message,
      why: `The files of ${vm.id} lie on ${to.id} (${to.kind}), which ${target.id} does not see.`,
      fix: other
        ? fix(`Move the disk to ${other.id} as well`, onMove(vm.id, target.id, { datastore: other.id }))
        : null,
    };
  },
};

/** A datastore of the target with room for the disk; the first that both hosts see, else the first. */
function storeFor(move: Move): Datastore | null {
  const seen = move.scenario.datastores.filter(
    (store) => store.hosts.includes(move.target.id) && store.id !== move.from.id && hasRoom(move, store),
  );
  return seen.find(({ hosts }) => hosts.includes(move.source.id)) ?? seen[0] ?? null;
}

const leftOn = (move: Move, store: Datastore): number =>
  store.capacityBytes === 0 ? Infinity : store.capacityBytes - move.room.givenOn(store);

const hasRoom = (move: Move, store: Datastore): boolean => leftOn(move, store) >= move.vm.diskBytes;

const datastoreFull: Rule = {
  id: 'datastore-full',
  topic: 'Storage',
  short: 'Datastore has no room for the disk',
  fault: 'InsufficientStorageSpace',
  severity: 'error',
  wording: 'remembered',
  known: 'remembered',
  find(move) {
    if (!move.movesDisk || hasRoom(move, move.to)) return null;
    return {
      message: unable(move, `Insufficient disk space on datastore '${move.to.id}'.`),
      why: `The disk of ${move.vm.id} has ${memoryText(move.vm.diskBytes)}; ${move.to.id} has ${memoryText(Math.max(0, leftOn(move, move.to)))} left of ${memoryText(move.to.capacityBytes)}.`,
    };
  },
};

const withoutShared: Rule = {
  id: 'without-shared-storage',
  topic: 'Storage',
  short: 'Host and disk at once need 5.1',
  fault: '',
  severity: 'error',
  wording: 'ours',
  known: 'read',
  find(move) {
    if (!move.movesDisk || !move.changesHost || !move.isLive || move.bothAtLeast('5.1')) return null;
    return {
      message: unable(
        move,
        'The host and the datastore of a running virtual machine cannot be changed at once.',
      ),
      why: `Both hosts need 5.1 for it: ${move.source.id} runs ${move.source.version}, ${move.target.id} ${move.target.version}. Move the disk first, then the VM.`,
    };
  },
};

const diskUnseen: Rule = {
  id: 'disk-target-unseen',
  topic: 'Storage',
  short: 'Its host does not see the new datastore',
  fault: 'CannotAccessVmDisk',
  severity: 'error',
  wording: 'remembered',
  known: 'read',
  find(move) {
    if (!move.movesDisk || move.changesHost || move.to.hosts.includes(move.source.id)) return null;
    return {
      message: unable(move, `Unable to access the virtual machine's disk on datastore '${move.to.id}'.`),
      why: `${move.source.id} runs ${move.vm.id} while its disk moves, so it must see both datastores; it does not see ${move.to.id}.`,
    };
  },
};

const snapshots: Rule = {
  id: 'snapshots',
  topic: 'Storage',
  short: 'Snapshots',
  fault: 'SnapshotRevertIssue',
  severity: 'warning',
  wording: 'remembered',
  known: 'read',
  find(move) {
    const { vm, source } = move;
    if (vm.snapshots === 0) return null;
    const isOld = move.movesDisk && !atLeast(source.version, '5.0');
    return {
      severity: isOld ? 'error' : 'warning',
      message: isOld
        ? unable(move, 'The disks of a running virtual machine with snapshots cannot be moved by this host.')
        : 'Reverting to a snapshot may fail or give another result on the destination host.',
      why: isOld
        ? `${vm.id} has ${vm.snapshots}; disks with snapshots move live from 5.0 on, ${source.id} runs ${source.version}.`
        : `${vm.id} has ${vm.snapshots}; they were taken on ${source.id}.`,
      fix: fix(
        `Delete the snapshots of ${vm.id}`,
        onVm(vm.id, () => ({ snapshots: 0 })),
      ),
    };
  },
};

const swap: Rule = {
  id: 'swap-host-local',
  topic: 'Storage',
  short: 'Swap file is local to the host',
  fault: '',
  severity: 'warning',
  wording: 'ours',
  known: 'read',
  find(move) {
    const { vm } = move;
    if (!move.isLive || !move.changesHost || vm.swap !== 'host-local') return null;
    const bytes = vm.memoryBytes - Math.min(vm.memoryBytes, vm.memoryReservationBytes);
    return {
      message: `A swap file of ${memoryText(bytes)} is made anew on ${move.target.id}.`,
      why: `Its size is memory less reservation. Pages that are swapped out would be copied as well and slow the move down; here every page is in memory, so nothing more is sent.`,
      fix: fix(
        `Keep the swap file with ${vm.id}`,
        onVm(vm.id, () => ({ swap: 'with-vm' as const })),
      ),
    };
  },
};

export const STORAGE_RULES: readonly Rule[] = [
  datastore,
  datastoreFull,
  withoutShared,
  diskUnseen,
  snapshots,
  swap,
];
