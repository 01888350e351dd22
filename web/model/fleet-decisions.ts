/** What a cluster decides and what happens to it, as sentences: everything in the log that is not the course of one task. */
import { FAULTS, HEALTH_PARTS, HEALTH_STATES } from '../scenario/choices.ts';
import type { Scenario } from '../scenario/schema.ts';
import { REASONS, type Reason } from '../sim/drs/index.ts';
import type { FleetEvent } from '../sim/fleet/fleet-log.ts';
import { refusalText } from './fleet-words.ts';
import { formatBytes, formatCount, formatDuration } from './format.ts';

export interface Decision {
  readonly seq: number;
  readonly atNs: number;
  readonly text: string;
  /** Indexes of what it is about, for who looks at one VM or host only. */
  readonly vms: readonly number[];
  readonly hosts: readonly number[];
  /** A move somebody has to agree to. */
  readonly offer: { readonly vm: number; readonly to: number } | null;
  readonly isBad: boolean;
}

/** Null for what belongs to one task. */
export function decisionOf(event: FleetEvent, scenario: Scenario): Decision | null {
  const said = sentenceOf(event, scenario);
  if (!said) return null;
  const { vms = [], hosts = [], offer = null, isBad = false, text } = said;
  return { seq: event.seq, atNs: event.atNs, text, vms, hosts, offer, isBad };
}

type Said = Partial<Omit<Decision, 'seq' | 'atNs'>> & Pick<Decision, 'text'>;

export const REASON_TEXTS: Readonly<Record<Reason, string>> = {
  fairnessCpuAvg: 'balance average CPU utilization',
  fairnessMemAvg: 'balance average memory utilization',
  jointAffin: 'a rule wants them together',
  antiAffin: 'a rule wants them apart',
  vmHostHardAffinity: 'a rule demands other hosts',
  vmHostSoftAffinity: 'a rule wishes other hosts',
  hostInDegradation: 'its host begins to fail',
  powerSaving: 'save power',
  increaseCapacity: 'more capacity is needed',
};

export const figure = (ppm: number): string => (ppm / 1_000_000).toFixed(3);
const percent = (ppm: number): string => `${Math.round(ppm / 10_000)} %`;

function sentenceOf(event: FleetEvent, scenario: Scenario): Said | null {
  const host = (index: number) => scenario.hosts[index]?.id ?? '';
  const vm = (index: number) => scenario.vms[index]?.id ?? '';
  switch (event.code) {
    case 'drs-pass': {
      const { cluster, figurePpm, enoughPpm, recommended } = event.n;
      const it = scenario.clusters[cluster];
      const left = enoughPpm < 0 ? 'balance is not looked at' : `up to ${figure(enoughPpm)} is left alone`;
      const found = recommended === 0 ? 'nothing to move' : `${formatCount(recommended)} moves found`;
      return {
        text: `DRS looks at ${it?.id}: ${FIGURES[it?.drs.algorithm ?? 'score']} ${figure(figurePpm)}, ${left}; ${found}.`,
      };
    }
    case 'recommended': {
      const { n } = event;
      const reason = REASON_TEXTS[REASONS[n.reason] as Reason];
      const offer = n.applied === 1 ? null : { vm: n.vm, to: n.to };
      return {
        text: `${vm(n.vm)} to ${host(n.to)}: ${reason}, priority ${n.priority}. ${figure(n.beforePpm)} becomes ${figure(n.afterPpm)} for ${formatDuration(n.costNs)} and ${formatBytes(n.costBytes)}.${offer ? ' Only recommended.' : ''}`,
        ...{ vms: [n.vm], hosts: [n.from, n.to], offer },
      };
    }
    case 'power-recommended': {
      const { n } = event;
      const what =
        n.wake === 1
          ? `${host(n.host)} is woken: the busiest host is at ${percent(n.utilisationPpm)}`
          : `${host(n.host)} may sleep: it is at ${percent(n.utilisationPpm)}, and its ${formatCount(n.vms)} VMs fit elsewhere`;
      return {
        text: `${what}; priority ${n.priority}.${n.applied === 1 ? '' : ' Only recommended.'}`,
        hosts: [n.host],
      };
    }
    default:
      return happeningOf(event, scenario);
  }
}

export const FIGURES = {
  classic: 'imbalance',
  pairwise: 'widest gap',
  score: 'what the score lacks',
} as const;
const REMEDIES = ['is healthy again', 'is avoided (quarantine)', 'is emptied and taken out of use'];

function happeningOf(event: FleetEvent, scenario: Scenario): Said | null {
  const host = (index: number) => scenario.hosts[index]?.id ?? '';
  const vm = (index: number) => scenario.vms[index]?.id ?? '';
  switch (event.code) {
    case 'health': {
      const { n } = event;
      return {
        text: `Health of ${host(n.host)}: ${HEALTH_PARTS[n.part]} is ${HEALTH_STATES[n.state]}.`,
        ...{ hosts: [n.host], isBad: n.state > 0 },
      };
    }
    case 'remedy': {
      const { n } = event;
      const only = n.applied === 1 ? '' : ' Only recommended.';
      return { text: `Proactive HA: ${host(n.host)} ${REMEDIES[n.remedy]}.${only}`, hosts: [n.host] };
    }
    case 'maintenance-entering':
      return {
        text: `${host(event.n.host)} is being emptied: ${event.n.vms === 1 ? '1 VM' : `${formatCount(event.n.vms)} VMs`}.`,
        hosts: [event.n.host],
      };
    case 'maintenance-blocked':
      return {
        text: `${vm(event.n.vm)} cannot leave ${host(event.n.host)}: ${event.n.rule < 0 ? 'there is no other host' : refusalText(event.n.rule).toLowerCase()}.`,
        ...{ vms: [event.n.vm], hosts: [event.n.host], isBad: true },
      };
    case 'maintenance-entered':
      return {
        text: `${host(event.n.host)} is empty after ${formatDuration(event.n.durationNs)}.`,
        hosts: [event.n.host],
      };
    case 'maintenance-left':
      return { text: `${host(event.n.host)} is back in use.`, hosts: [event.n.host] };
    case 'host-standby':
      return { text: `${host(event.n.host)} sleeps.`, hosts: [event.n.host] };
    case 'host-woken':
      return { text: `${host(event.n.host)} is awake.`, hosts: [event.n.host] };
    default:
      return faultOf(event, scenario);
  }
}

function faultOf(event: FleetEvent, scenario: Scenario): Said | null {
  const host = (index: number) => scenario.hosts[index]?.id ?? '';
  const vm = (index: number) => scenario.vms[index]?.id ?? '';
  switch (event.code) {
    case 'fault-began':
    case 'fault-ended': {
      const action = scenario.actions[event.n.action];
      const part = action?.kind === 'fault' && action.part ? ` of ${action.part}` : '';
      const what = FAULTS[event.n.fault]?.replaceAll('-', ' ') ?? '';
      return {
        text: `Fault ${event.code === 'fault-began' ? 'begins' : 'ends'}: ${what}${part}.`,
        isBad: event.code === 'fault-began',
      };
    }
    case 'host-crashed':
      return {
        text: `${host(event.n.host)} has failed with ${event.n.vms === 1 ? '1 VM' : `${formatCount(event.n.vms)} VMs`} on it.`,
        hosts: [event.n.host],
        isBad: true,
      };
    case 'vm-down':
      return {
        text: `${vm(event.n.vm)} is down with ${host(event.n.host)}.`,
        vms: [event.n.vm],
        hosts: [event.n.host],
        isBad: true,
      };
    case 'vm-restarted':
      return {
        text: `${vm(event.n.vm)} is started again on ${host(event.n.host)}, ${formatDuration(event.n.afterNs)} after it went down: what was in memory only is lost.`,
        ...{ vms: [event.n.vm], hosts: [event.n.host] },
      };
    default:
      return null;
  }
}
