/** The run of a datacenter for people who read it in a terminal: each task, how long it waited and took, and why it failed. */
import { expandGroups } from '../scenario/groups.ts';
import { formatBytes, formatCount, formatDuration } from '../scenario/quantity.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { FleetReport, FleetTask } from '../sim/fleet/fleet-log.ts';

export function fleetText(scenario: Scenario, report: FleetReport, logHash: string): string {
  const expanded = expandGroups(scenario);
  const count = (number: number, what: string) => `${formatCount(number)} ${what}`;
  const summary = [
    count(report.completed, 'moved'),
    count(report.failed, 'failed'),
    count(report.cancelled, 'cancelled'),
  ].join(', ');
  const end =
    `${summary}. The last task ended after ${formatDuration(report.makespanNs)}; ` +
    `${formatBytes(report.wireBytes)} went over the wire, the longest stun was ${formatDuration(report.longestDowntimeNs)}.`;
  const tasks = report.tasks.map((task) => taskText(task, expanded)).join('\n');
  const log = `Log ${logHash}: ${formatCount(report.events)} events. The same scenario gives the same log on every machine.`;
  return [scenario.title, end, `Tasks\n${tasks}`, log].join('\n\n') + '\n';
}

function taskText(task: FleetTask, { vms, hosts }: Scenario): string {
  const { totals, askedNs, startedNs, outcome, failure } = task;
  const name = (vms[task.vm]?.id ?? '').padEnd(12);
  const way = `${hosts[task.source]?.id} to ${hosts[task.target]?.id}`.padEnd(20);
  const waited = startedNs === null ? 'not started' : `waited ${formatDuration(startedNs - askedNs)}`;
  const took = totals
    ? `took ${formatDuration(totals.totalNs)}, stun ${formatDuration(totals.downtimeNs)}, ${formatBytes(totals.wireBytes + totals.diskBytes)}`
    : '';
  return `  ${name} ${way} ${outcome ?? ''}${failure ? ` (${failure})` : ''}: ${waited}, ${took}`;
}
