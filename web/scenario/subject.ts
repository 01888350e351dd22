/** Who the sentence is about: the VM that moves first and the vMotion path it takes; and copies with one of them changed. */
import type { Host, Network, Policy, Scenario, Vm } from './schema.ts';

/** The VM of the earliest migration; without one, the first VM. */
export function subjectVm(scenario: Scenario): Vm | undefined {
  const move = firstMove(scenario);
  return scenario.vms.find((vm) => vm.id === move?.vm) ?? scenario.vms[0];
}

function firstMove(scenario: Scenario) {
  let first: Extract<Scenario['actions'][number], { kind: 'migrate' }> | undefined;
  for (const action of scenario.actions) {
    if (action.kind === 'migrate' && (!first || action.atNs < first.atNs)) first = action;
  }
  return first;
}

export interface SubjectPath {
  readonly network: Network;
  readonly source: Host;
  readonly target: Host | undefined;
  /** What the slower end carries. */
  readonly lineBytesPerSecond: number;
}

/** The vMotion network with the fastest line between both hosts; before a target is chosen, the fastest the source has. */
export function pathOf(scenario: Scenario): SubjectPath | undefined {
  const vm = subjectVm(scenario);
  const source = scenario.hosts.find((host) => host.id === vm?.host);
  const target = scenario.hosts.find((host) => host.id === firstMove(scenario)?.to);
  if (!source) return undefined;
  let best: SubjectPath | undefined;
  for (const network of scenario.networks) {
    if (network.kind !== 'vmotion') continue;
    const rates = (target ? [source, target] : [source]).map((host) => fastestNic(host, network));
    const lineBytesPerSecond = Math.min(...rates);
    if (!best || lineBytesPerSecond > best.lineBytesPerSecond)
      best = { network, source, target, lineBytesPerSecond };
  }
  return best;
}

function fastestNic(host: Host, network: Network): number {
  return host.nics.reduce(
    (most, nic) => (nic.network === network.id ? Math.max(most, nic.bytesPerSecond) : most),
    0,
  );
}

export function changeVm(scenario: Scenario, change: (vm: Vm) => Vm): Scenario {
  const subject = subjectVm(scenario);
  return { ...scenario, vms: scenario.vms.map((vm) => (vm === subject ? change(vm) : vm)) };
}

export function changePolicy(scenario: Scenario, change: Partial<Policy>): Scenario {
  return { ...scenario, policy: { ...scenario.policy, ...change } };
}

/** Both ends of the path get the new speed, so that it is the speed of the link. */
export function changePath(
  scenario: Scenario,
  change: { readonly bytesPerSecond?: number; readonly network?: (network: Network) => Network },
): Scenario {
  const path = pathOf(scenario);
  if (!path) return scenario;
  const networks = scenario.networks.map((one) =>
    one === path.network && change.network ? change.network(one) : one,
  );
  const { bytesPerSecond } = change;
  if (bytesPerSecond === undefined) return { ...scenario, networks };
  const hosts = scenario.hosts.map((host) => {
    if (host !== path.source && host !== path.target) return host;
    const nics = host.nics.map((nic) => (nic.network === path.network.id ? { ...nic, bytesPerSecond } : nic));
    return { ...host, nics };
  });
  return { ...scenario, networks, hosts };
}
