/** The log of a datacenter as sentences that can be looked through by VM and host. */
import type { Scenario } from '../scenario/schema.ts';
import { TASK_CAUSES, TASK_FAILURES, type FleetEvent } from '../sim/fleet/fleet-log.ts';
import { decisionOf } from './fleet-decisions.ts';
import type { FleetRecord } from './fleet-record.ts';
import { failureText, refusalText, waitText } from './fleet-words.ts';
import { formatBytes, formatDuration } from './format.ts';

export interface EventLine {
  readonly seq: number;
  readonly atNs: number;
  readonly text: string;
  readonly isBad: boolean;
  /** Indexes of what it is about. */
  readonly vms: readonly number[];
  readonly hosts: readonly number[];
}

/** Shares of the network and rounds are left to the pictures. */
export function eventLines(record: FleetRecord, scenario: Scenario): EventLine[] {
  return record.events.flatMap((event) =>
    event.task < 0 ? (decisionOf(event, scenario) ?? []) : (lineOf(event, record, scenario) ?? []),
  );
}

/** @param vm, host -1: any. */
export function filterLines(lines: readonly EventLine[], vm: number, host: number): EventLine[] {
  return lines.filter((line) => (vm < 0 || line.vms.includes(vm)) && (host < 0 || line.hosts.includes(host)));
}

function lineOf(event: FleetEvent, record: FleetRecord, scenario: Scenario): EventLine | null {
  const asked = record.tasks[event.task]?.asked;
  if (!asked) return null;
  const vm = scenario.vms[asked.vm]?.id ?? '';
  const [source, target] = [asked.source, asked.target].map((host) => scenario.hosts[host]?.id ?? '');
  const text = textOf(event, vm, source ?? '', target ?? '', scenario);
  if (text === null) return null;
  const isBad = event.code === 'failed' || (event.code === 'refused' && event.n.severity === 0);
  const { seq, atNs } = event;
  return { seq, atNs, text, isBad, vms: [asked.vm], hosts: [asked.source, asked.target] };
}

function textOf(
  event: FleetEvent,
  vm: string,
  source: string,
  target: string,
  scenario: Scenario,
): string | null {
  switch (event.code) {
    case 'asked':
      return `${vm} is to go from ${source} to ${target} (${TASK_CAUSES[event.n.cause]?.replace('-', ' ')}).`;
    case 'queued':
      return `${vm}: ${waitText(event.n, scenario)}`;
    case 'refused':
      return `${vm}, ${event.n.severity === 0 ? 'refused' : 'warning'}: ${refusalText(event.n.rule).toLowerCase()}.`;
    case 'started':
      return `${vm} starts for ${target}${event.n.waitedNs > 0 ? ` after waiting ${formatDuration(event.n.waitedNs)}` : ''}.`;
    case 'stunned':
      return `${vm} stops on ${source}: ${formatDuration(event.n.neededNs)} to send what is left.`;
    case 'resumed':
      return `${vm} runs on ${target} after a stun of ${formatDuration(event.n.downtimeNs)}.`;
    case 'client-lost':
      return `No client reaches ${vm}: its port group on ${target} is in another broadcast domain.`;
    case 'completed':
      return `${vm} has moved in ${formatDuration(event.n.totalNs)}: ${formatBytes(event.n.wireBytes + event.n.diskBytes)}.`;
    case 'cancelled':
      return `${vm} stays on ${source}: cancelled.`;
    case 'failed': {
      const why = TASK_FAILURES[event.n.reason];
      return `${vm} has not moved: ${why ? failureText(why) : 'it failed'}.`;
    }
    default:
      return null;
  }
}
