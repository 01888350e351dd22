/** What is said of a datacenter and its tasks, in numbers. */
import type { Scenario } from '../scenario/schema.ts';
import { LIMITED, TASK_CAUSES, TASK_FAILURES, type TaskFailure } from '../sim/fleet/fleet-log.ts';
import { asksForSomething } from '../sim/fleet/plan-fleet.ts';
import { REFUSALS } from '../sim/fleet/refusals.ts';
import { RULES } from '../sim/requirements/index.ts';
import type { FleetPicture, TaskView } from './fleet-picture.ts';
import type { FleetRecord } from './fleet-record.ts';
import { formatBytes, formatClock, formatCount, formatDuration, formatIec, formatRate } from './format.ts';

const many = (count: number, one: string, more = `${one}s`) =>
  `${formatCount(count)} ${count === 1 ? one : more}`;

/** What the scenario asks for, in one sentence. */
export function askSentence(scenario: Scenario): string {
  const { hosts, vms, actions } = scenario;
  const leaving = actions.filter(({ kind }) => kind === 'enter-maintenance').length;
  const moves = actions.filter(({ kind }) => kind === 'migrate').length;
  const faults = actions.filter(({ kind }) => kind === 'fault').length;
  const scheduled = scenario.clusters.filter(({ drs }) => drs.level !== 'off').length;
  const asks = [
    ...(leaving > 0 ? [`empty ${formatCount(leaving)} of them`] : []),
    ...(moves > 0 ? [`move ${many(moves, 'VM')}`] : []),
    ...(faults > 0 ? [`${many(faults, 'part')} will fail`] : []),
    ...(scheduled > 0
      ? [
          scheduled === scenario.clusters.length
            ? 'DRS looks after them'
            : `DRS looks after ${many(scheduled, 'cluster')}`,
        ]
      : []),
  ];
  const memory = vms.reduce((sum, vm) => sum + vm.memoryBytes, 0);
  const what = `${many(hosts.length, 'host')}, ${many(vms.length, 'VM')} with ${formatIec(memory)} of memory`;
  return asks.length > 0 ? `${what}: ${asks.join(', ')}.` : `${what}. Nothing is asked for yet.`;
}

export interface FleetCounts {
  readonly arrived: number;
  readonly moving: number;
  readonly queued: number;
  readonly refused: number;
  readonly down: number;
  readonly bytesPerSecond: number;
}

export function countsOf(picture: FleetPicture): FleetCounts {
  const count = (...stages: TaskView['stage'][]) =>
    picture.tasks.filter(({ stage }) => stages.includes(stage)).length;
  return {
    arrived: count('settling', 'completed'),
    moving: count('moving', 'stunned'),
    queued: count('queued'),
    refused: count('failed'),
    down: picture.stateOf.filter((state) => state === 'down').length,
    bytesPerSecond: picture.tasks.reduce((sum, one) => sum + one.bytesPerSecond, 0),
  };
}

export function headlineOf(
  scenario: Scenario,
  picture: FleetPicture,
  record: FleetRecord,
  hasRun: boolean,
): string {
  if (!hasRun) return asksForSomething(scenario) ? 'Ready' : 'Nothing asked yet';
  const { arrived, down } = countsOf(picture);
  const asked = picture.tasks.length;
  const { report } = record;
  if (down > 0) return `${many(down, 'VM')} down: the host has failed`;
  if (report && picture.atNs >= record.computedNs && report.tasks.length === 0) return 'Nothing had to move';
  if (report && picture.atNs >= record.computedNs)
    return report.failed + report.cancelled === 0
      ? `All ${many(report.completed, 'VM')} moved in ${formatDuration(report.makespanNs)}`
      : `${many(report.completed, 'VM')} moved, ${formatCount(report.failed)} failed, ${formatCount(report.cancelled)} cancelled`;
  return `${formatCount(arrived)} of ${many(asked, 'VM')} moved`;
}

const FAILURES: Readonly<Record<TaskFailure, string>> = {
  requirements: 'a requirement is not met',
  'no-convergence': 'it writes faster than it can be sent: slow it down or give it more bandwidth',
  'switchover-timeout': 'the switchover took longer than its limit',
  'keep-alive': 'nothing came through for too long; the VM runs on where it was',
  'source-crashed': 'its host failed',
  'target-crashed': 'the target failed; the VM runs on where it was',
  'datastore-lost': 'all paths to its datastore are down; the VM runs on where it was',
  'network-lost': 'the vMotion network was lost',
  proof: 'the memory on the target is not the same; the copy was thrown away',
  'center-lost': 'it waited in the center, which was lost',
};

export const failureText = (failure: TaskFailure): string => FAILURES[failure];

/** What has failed meanwhile is no rule of its own. */
const MORE_REFUSALS: Readonly<Record<string, string>> = {
  'vm-down': 'the VM is down',
  'datastore-lost': 'all paths to the datastore are down',
};
const SHORT_OF_RULE: ReadonlyMap<string, string> = new Map(RULES.map(({ id, short }) => [id, short]));

export function refusalText(code: number): string {
  const id = REFUSALS[code] ?? '';
  const short = SHORT_OF_RULE.get(id);
  return short ?? MORE_REFUSALS[id] ?? 'a requirement is not met';
}

/** The rule that refused a task; empty where none did. */
export function refusalRule({ task }: TaskView): string {
  const refusal = task.refusals.find(({ severity }) => severity === 0);
  return refusal ? (REFUSALS[refusal.rule] ?? '') : '';
}

/** Why a task is where it is. */
export function whyOf({ task, stage, bytesPerSecond }: TaskView, scenario: Scenario, atNs: number): string {
  if (stage === 'queued') return waitText(task.waits, scenario);
  if (stage === 'failed') {
    const refusal = task.refusals.find(({ severity }) => severity === 0);
    if (refusal) return `Refused: ${refusalText(refusal.rule)}.`;
    return `Failed: ${FAILURES[TASK_FAILURES[task.failure] as TaskFailure]}.`;
  }
  if (stage === 'cancelled') return 'Cancelled; the VM runs on where it was.';
  if (stage === 'completed' || stage === 'settling') {
    const { totals } = task;
    const took = totals
      ? `${formatDuration(totals.totalNs)}, ${formatBytes(totals.wireBytes + totals.diskBytes)}, `
      : '';
    return `${took}stun ${formatDuration(task.downtimeNs)}.`;
  }
  if (stage === 'stunned') return 'The VM stands still: last pages and device state.';
  return bytesPerSecond > 0
    ? `${formatRate(bytesPerSecond)}, round ${task.rounds.filter((round) => round.atNs <= atNs).length}.`
    : 'Prepares: nothing is sent yet.';
}

export function waitText(waits: TaskView['task']['waits'], scenario: Scenario): string {
  if (!waits) return 'Waits for an earlier task of this VM.';
  const limited = LIMITED[waits.limited];
  if (limited === 'wan')
    return `Waits: ${scenario.wans[waits.part]?.id} carries ${waits.used} of the ${waits.most} moves it has 250 Mbit/s for.`;
  const parts = limited === 'datastore' ? scenario.datastores : scenario.hosts;
  const name = parts[waits.part]?.id;
  const what = limited === 'nic' ? `the vMotion NIC of ${name}` : name;
  return `Waits: ${what} uses ${waits.used} of ${waits.most} cost units. Over the limit is queued, never refused.`;
}

/** Whether the clients of a VM reach it now, and why not. */
export function reachText(record: FleetRecord, vm: number, atNs: number): string {
  const last = record.tasks.findLast((task) => task.asked.vm === vm && task.resumedNs <= atNs);
  if (!last) return 'Its clients reach it.';
  if (last.lostNs <= atNs)
    return 'No client reaches it: its port group here lies in another broadcast domain, and nobody warned. Stretch the network, or move it back.';
  if (atNs < last.backNs)
    return atNs - last.resumedNs > NOTICED_NS
      ? 'No client reaches it yet: nobody announced the move, so the switches still send its frames to the old port until it speaks.'
      : 'Its clients wait for an answer.';
  return `Its clients reach it; they had no answer for ${formatDuration(last.networkGapNs)}.`;
}

/** An announced VM is found sooner than this. */
const NOTICED_NS = 100_000_000;

export function causeOf({ task }: TaskView): string {
  return (TASK_CAUSES[task.asked.cause] ?? '').replace('-', ' ');
}

export const clock = (ns: number): string => (Number.isFinite(ns) ? formatClock(ns) : '');
