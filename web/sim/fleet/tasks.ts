/** One task as administrators know it, from asking to its end; and the migration it becomes when its turn comes. */
import { PAGE_BYTES, type Ns } from '../../base/units.ts';
import { usedBytesOf } from '../../scenario/memory.ts';
import type { Scenario, Vm } from '../../scenario/schema.ts';
import type { Fidelity } from '../data-plane.ts';
import type { Operation } from '../limits.ts';
import type { Arrival, Outcome, PlannedMigration, RoundRecord } from '../run-log.ts';
import {
  type FleetTask,
  type TaskCause,
  type TaskFailure,
  type TaskKind,
  type TaskTotals,
} from './fleet-log.ts';
import type { Way } from './lines.ts';

/** What somebody asks for; hosts, VMs and datastores are indexes. */
export interface Wish {
  readonly vm: number;
  readonly target: number;
  /** -1: the disk stays. */
  readonly datastore: number;
  /** Label of the port group at the target; empty: the same as now. */
  readonly portGroup: string;
  readonly cause: TaskCause;
}

export interface Task extends Wish {
  readonly index: number;
  readonly askedNs: Ns;
  /** From its start on; before, where the VM was when it was asked for. */
  source: number;
  kind: TaskKind;
  stage: 'waiting-for-vm' | 'queued' | 'running' | 'ended';
  startedNs: Ns | null;
  endedNs: Ns | null;
  outcome: Outcome | null;
  failure: TaskFailure | null;
  totals: TaskTotals | null;
  rounds: readonly RoundRecord[];
  /** Memory of the target it will take when its turn comes. */
  promisedBytes: number;
  /** Its VM runs on the target since then. */
  resumedNs: Ns | null;
  /** Byte-exact: both memories were equal when it resumed; null where nothing was compared. */
  verified: boolean | null;
}

export const NO_TOTALS: TaskTotals = {
  totalNs: 0,
  downtimeNs: 0,
  networkGapNs: 0,
  wireBytes: 0,
  diskBytes: 0,
  rounds: 0,
};

/** Which operation it is follows from what moves. */
export function kindOf(source: number, target: number, movesDisk: boolean): TaskKind {
  if (!movesDisk) return 'vmotion';
  return source === target ? 'storage-vmotion' : 'without-shared-storage';
}

/** Field by field, here and below: spreads make objects that are slow to read, and tasks are read at every step. */
export function newTask(index: number, wish: Wish, source: number, askedNs: Ns): Task {
  return {
    vm: wish.vm,
    target: wish.target,
    datastore: wish.datastore,
    portGroup: wish.portGroup,
    cause: wish.cause,
    index,
    askedNs,
    source,
    kind: kindOf(source, wish.target, wish.datastore >= 0),
    stage: 'waiting-for-vm',
    startedNs: null,
    endedNs: null,
    outcome: null,
    failure: null,
    totals: null,
    rounds: [],
    resumedNs: null,
    verified: null,
    promisedBytes: 0,
  };
}

/** @param wan index of the line between sites whose sessions are counted; -1: none. */
export function operationOf(task: Task, storeOfVm: number, wan: number): Operation {
  return {
    ...(wan < 0 ? {} : { wan }),
    kind: task.kind,
    source: task.source,
    target: task.target,
    sourceDatastore: storeOfVm,
    targetDatastore: task.datastore < 0 ? storeOfVm : task.datastore,
  };
}

/** The migration a task becomes. `cancelNs`: when its VM's move is cancelled, if it still runs. */
export function planOf(
  scenario: Scenario,
  task: Task,
  vm: Vm,
  way: Way,
  fidelity: Fidelity,
  cancelNs: Ns | null,
  arrival: Arrival,
): PlannedMigration {
  const usedBytes = usedBytesOf(vm);
  return {
    index: task.index,
    vm: vm.id,
    sourceHost: scenario.hosts[task.source]!.id,
    targetHost: scenario.hosts[task.target]!.id,
    requestedNs: task.startedNs as Ns,
    cancelNs,
    fidelity,
    usedBytes,
    pageCount: usedBytes / PAGE_BYTES,
    lineBytesPerSecond: way.lineBytesPerSecond,
    bytesPerSecond: way.bytesPerSecond,
    windowLimited: way.because === 'window',
    rttNs: way.rttNs,
    arrival,
    diskBytes: task.kind === 'vmotion' ? 0 : vm.diskBytes,
    movesMemory: task.kind !== 'storage-vmotion',
  };
}

/** What is told of a task. */
export function fleetTask(task: Task): FleetTask {
  return {
    vm: task.vm,
    target: task.target,
    datastore: task.datastore,
    cause: task.cause,
    index: task.index,
    askedNs: task.askedNs,
    source: task.source,
    kind: task.kind,
    startedNs: task.startedNs,
    endedNs: task.endedNs,
    outcome: task.outcome,
    failure: task.failure,
    totals: task.totals,
    rounds: task.rounds,
    verified: task.verified,
  };
}
