/** A datacenter at one instant: where each VM is and what it does, what every line carries, what becomes of each task. Pure. */
import type { Ns } from '../base/units.ts';
import type { Scenario } from '../scenario/schema.ts';
import {
  lastOf,
  rateAt,
  sentBy,
  valueAt,
  type FleetRecord,
  type HostLife,
  type TaskCourse,
} from './fleet-record.ts';

/** What a VM does. Of several the one that matters most: it is down, it moves, it waits, it has arrived, it could not move. */
export type VmState = 'runs' | 'queued' | 'moving' | 'stunned' | 'arrived' | 'refused' | 'down';

export interface TaskView {
  readonly task: TaskCourse;
  readonly stage: 'queued' | 'moving' | 'stunned' | 'settling' | 'completed' | 'cancelled' | 'failed';
  /** Never runs backwards: what is sent counts, and less and less of it beyond the memory in use. */
  readonly share: number;
  readonly bytesPerSecond: number;
}

export interface FleetPicture {
  readonly atNs: Ns;
  /** By VM: index of its host, its state, and how far it has come where it moves. */
  readonly hostOf: Int32Array;
  readonly stateOf: readonly VmState[];
  readonly shareOf: Float64Array;
  /** By VM that moves or waits: where to; -1 otherwise. */
  readonly targetOf: Int32Array;
  readonly hostLife: readonly HostLife[];
  /** By host: avoided or emptied because its parts begin to fail. */
  readonly isSick: readonly boolean[];
  /** By line. */
  readonly loads: Float64Array;
  /** Those that have been asked for, by index. */
  readonly tasks: readonly TaskView[];
}

/** Share that the memory in use makes; rounds after the first add to it, however many there are. */
const FIRST_ROUND_SHARE = 0.9;

export function pictureAt(scenario: Scenario, record: FleetRecord, atNs: Ns): FleetPicture {
  const hostIndex = new Map(scenario.hosts.map(({ id }, at) => [id, at]));
  const hostOf = Int32Array.from(scenario.vms, ({ host }) => hostIndex.get(host) ?? 0);
  const stateOf = new Array<VmState>(scenario.vms.length).fill('runs');
  const shareOf = new Float64Array(scenario.vms.length);
  const targetOf = new Int32Array(scenario.vms.length).fill(-1);
  const loads = new Float64Array(record.lines.length);
  const tasks: TaskView[] = [];
  for (const task of record.tasks) {
    if (task.askedNs > atNs) break;
    const view = taskAt(task, atNs);
    tasks.push(view);
    const { vm, target } = task.asked;
    if (atNs >= task.resumedNs) hostOf[vm] = target;
    stateOf[vm] = stateOfTask(view);
    shareOf[vm] = view.share;
    targetOf[vm] = atNs < task.endedNs && atNs < task.resumedNs ? target : -1;
    if (view.bytesPerSecond > 0)
      for (const line of record.paths.get(task.index) ?? []) loads[line]! += view.bytesPerSecond;
  }
  for (const [vm, course] of record.restarts) {
    const last = lastOf(course, atNs);
    if (!last) continue;
    if (last.value < 0) stateOf[vm] = 'down';
    // What it did before it went down is over; where it went afterwards counts.
    else if (
      !record.tasks.some(({ asked, askedNs }) => asked.vm === vm && askedNs >= last.atNs && askedNs <= atNs)
    )
      [hostOf[vm], stateOf[vm]] = [last.value, 'runs'];
  }
  const hostLife = scenario.hosts.map(
    (host, at) => valueAt(record.hostLife.get(at) ?? [], atNs) ?? lifeOf(host.state),
  );
  const isSick = scenario.hosts.map((_, at) => (valueAt(record.remedies.get(at) ?? [], atNs) ?? 0) > 0);
  return { atNs, hostOf, stateOf, shareOf, targetOf, hostLife, isSick, loads, tasks };
}

const lifeOf = (state: string): HostLife =>
  state === 'connected' || state === 'maintenance' || state === 'standby' ? state : 'down';

function taskAt(task: TaskCourse, atNs: Ns): TaskView {
  const stage = stageAt(task, atNs);
  const isOver = stage === 'completed' || stage === 'settling';
  return {
    task,
    stage,
    share: isOver ? 1 : stage === 'queued' ? 0 : shareAt(task, atNs),
    bytesPerSecond: atNs >= task.endedNs ? 0 : rateAt(task, atNs),
  };
}

function stageAt(task: TaskCourse, atNs: Ns): TaskView['stage'] {
  if (atNs >= task.endedNs && task.outcome) return task.outcome;
  if (atNs >= task.resumedNs) return 'settling';
  if (atNs >= task.stunnedNs) return 'stunned';
  return atNs >= task.startedNs ? 'moving' : 'queued';
}

function shareAt(task: TaskCourse, atNs: Ns): number {
  const sent = sentBy(task, Math.min(atNs, task.endedNs));
  if (sent <= task.usedBytes) return (FIRST_ROUND_SHARE * sent) / Math.max(1, task.usedBytes);
  return FIRST_ROUND_SHARE + 0.09 * (1 - task.usedBytes / sent);
}

function stateOfTask({ stage }: TaskView): VmState {
  if (stage === 'settling' || stage === 'completed') return 'arrived';
  if (stage === 'failed') return 'refused';
  return stage === 'cancelled' ? 'runs' : stage;
}
