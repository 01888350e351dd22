/** What can break, how, and for how long: the choices of who breaks things by hand. */
import type { FaultAction, Scenario } from '../scenario/schema.ts';

export type PartKind = 'host' | 'nic' | 'line' | 'datastore' | 'center';

export interface BreakablePart {
  readonly kind: PartKind;
  /** As a fault names it: host, `host/nic`, line or datastore; empty for the center. */
  readonly part: string;
  readonly name: string;
}

/** Of the chosen host first, then lines between sites, datastores, and the center. Without a host, all hosts. */
export function partsOf(scenario: Scenario, chosen: string): BreakablePart[] {
  const hosts = scenario.hosts.filter(({ id }) => chosen === '' || id === chosen);
  const vmotion = new Set(scenario.networks.filter(({ kind }) => kind === 'vmotion').map(({ id }) => id));
  return [
    ...hosts.map(({ id }) => part('host', id, id)),
    ...hosts.flatMap(({ id, nics }) =>
      nics
        .filter(({ network }) => vmotion.has(network))
        .map((nic) => part('nic', `${id}/${nic.id}`, `${id}, ${nic.id}`)),
    ),
    ...scenario.wans.map(({ id }) => part('line', id, `line ${id}`)),
    ...scenario.datastores.map(({ id }) => part('datastore', id, `datastore ${id}`)),
    part('center', '', 'vCenter'),
  ];
}

const part = (kind: PartKind, id: string, name: string): BreakablePart => ({ kind, part: id, name });

interface FaultChoice {
  readonly fault: FaultAction['fault'];
  readonly name: string;
}
const choice = (fault: FaultChoice['fault'], name: string): FaultChoice => ({ fault, name });
const OF_LINE = [
  choice('link-flapping', 'flaps: a second down, a second up'),
  choice('link-lossy', 'loses frames'),
];

export const FAULT_CHOICES: Readonly<Record<PartKind, readonly FaultChoice[]>> = {
  host: [choice('host-crash', 'crashes'), choice('partition', 'is cut off from all others')],
  nic: [choice('nic-down', 'fails'), ...OF_LINE],
  line: [choice('link-down', 'is cut'), ...OF_LINE],
  datastore: [choice('datastore-apd', 'all paths are down')],
  center: [choice('vcenter-loss', 'is lost')],
};

/** A fault in somebody's hand, on its way to a host of the map. */
export interface HeldFault extends FaultChoice {
  readonly kind: 'host' | 'nic';
}

/** Those that need no number; of several vMotion NICs of a host the first breaks. */
export const HELD_FAULTS: readonly HeldFault[] = [
  ...FAULT_CHOICES.host.map((one) => ({ kind: 'host' as const, ...one })),
  { kind: 'nic', fault: 'nic-down', name: 'loses its vMotion NIC' },
];

/** Null where the host has no such part. */
export function faultOn(
  scenario: Scenario,
  host: string,
  { kind, fault }: HeldFault,
  atNs: number,
  durationNs: number,
): FaultAction | null {
  const broken = partsOf(scenario, host).find((one) => one.kind === kind);
  return broken ? { kind: 'fault', atNs, fault, part: broken.part, durationNs, lossPpm: 0 } : null;
}

export const LASTS: readonly { readonly ns: number; readonly name: string }[] = [
  { ns: 0, name: 'for good' },
  { ns: 5_000_000_000, name: '5 s' },
  { ns: 30_000_000_000, name: '30 s' },
  { ns: 120_000_000_000, name: '2 min' },
];

export function askFault(scenario: Scenario, fault: FaultAction): Scenario {
  return { ...scenario, actions: [...scenario.actions, fault] };
}

/** Cancels the move of a VM that is under way at this instant. */
export function askCancel(scenario: Scenario, vm: string, atNs: number): Scenario {
  return { ...scenario, actions: [...scenario.actions, { kind: 'cancel', atNs, vm }] };
}

export function withoutAction(scenario: Scenario, index: number): Scenario {
  return { ...scenario, actions: scenario.actions.filter((_, at) => at !== index) };
}
