/** What one click changes so that a requirement is met: data, applied to a scenario, which keeps its groups. */
import { numbered } from '../../scenario/groups.ts';
import type { Cluster, Host, MigrateAction, Network, Nic, Scenario, Vm, Wan } from '../../scenario/schema.ts';

export type Edit =
  | { readonly kind: 'host'; readonly id: string; readonly change: (host: Host) => Partial<Host> }
  | { readonly kind: 'vm'; readonly id: string; readonly change: (vm: Vm) => Partial<Vm> }
  | { readonly kind: 'cluster'; readonly id: string; readonly change: Partial<Cluster> }
  | { readonly kind: 'network'; readonly id: string; readonly change: Partial<Network> }
  | { readonly kind: 'wan'; readonly id: string; readonly change: Partial<Wan> }
  | { readonly kind: 'stretch'; readonly networks: readonly [string, string] }
  /** The way the VM is asked to move there; it is asked for where it was not. */
  | {
      readonly kind: 'move';
      readonly vm: string;
      readonly to: string;
      readonly change: Partial<MigrateAction>;
    };

export interface Fix {
  /** On a button: "Rename to "VM Network" on esx-04". */
  readonly label: string;
  readonly edits: readonly Edit[];
}

export const fix = (label: string, ...edits: Edit[]): Fix => ({ label, edits });

export const onHost = (id: string, change: (host: Host) => Partial<Host>): Edit => ({
  kind: 'host',
  id,
  change,
});
export const onVm = (id: string, change: (vm: Vm) => Partial<Vm>): Edit => ({ kind: 'vm', id, change });
export const onCluster = (id: string, change: Partial<Cluster>): Edit => ({ kind: 'cluster', id, change });
export const onNetwork = (id: string, change: Partial<Network>): Edit => ({ kind: 'network', id, change });
export const onWan = (id: string, change: Partial<Wan>): Edit => ({ kind: 'wan', id, change });
export const onMove = (vm: string, to: string, change: Partial<MigrateAction>): Edit => ({
  ...{ kind: 'move', vm, to, change },
});
export const onStretch = (networks: readonly [string, string]): Edit => ({ kind: 'stretch', networks });

export const changeNics = (id: string, which: (nic: Nic) => boolean, change: Partial<Nic>): Edit => ({
  kind: 'host',
  id,
  change: ({ nics }) => ({ nics: nics.map((nic) => (which(nic) ? { ...nic, ...change } : nic)) }),
});

export function applyFix(scenario: Scenario, { edits }: Fix): Scenario {
  return edits.reduce(applyEdit, scenario);
}

function applyEdit(scenario: Scenario, edit: Edit): Scenario {
  switch (edit.kind) {
    case 'host':
      return changeHost(scenario, edit.id, edit.change);
    case 'vm':
      return changeVm(scenario, edit.id, edit.change);
    case 'cluster':
      return { ...scenario, clusters: changed(scenario.clusters, edit.id, edit.change) };
    case 'network':
      return { ...scenario, networks: changed(scenario.networks, edit.id, edit.change) };
    case 'wan':
      return { ...scenario, wans: changed(scenario.wans, edit.id, edit.change) };
    case 'stretch':
      return stretch(scenario, edit.networks);
    case 'move':
      return move(scenario, edit.vm, edit.to, edit.change);
  }
}

function changed<T extends { readonly id: string }>(list: readonly T[], id: string, change: Partial<T>): T[] {
  return list.map((one) => (one.id === id ? { ...one, ...change } : one));
}

/** A host of a group is like all of the group, so the group changes. */
function changeHost(scenario: Scenario, id: string, change: (host: Host) => Partial<Host>): Scenario {
  const hosts = scenario.hosts.map((host) => (host.id === id ? { ...host, ...change(host) } : host));
  const hostGroups = scenario.hostGroups.map((group) =>
    numbered(group.id, group.count, 2).includes(id)
      ? { ...group, ...withoutId(change({ ...group, id })) }
      : group,
  );
  return { ...scenario, hosts, hostGroups };
}

function changeVm(scenario: Scenario, id: string, change: (vm: Vm) => Partial<Vm>): Scenario {
  const vms = scenario.vms.map((vm) => (vm.id === id ? { ...vm, ...change(vm) } : vm));
  const vmGroups = scenario.vmGroups.map((group) =>
    id.startsWith(`${group.id}-`) && !scenario.vms.some((vm) => vm.id === id)
      ? { ...group, ...withoutId(change({ ...group, host: '', mac: '', ip: '' })) }
      : group,
  );
  return { ...scenario, vms, vmGroups };
}

function withoutId<T extends { readonly id?: unknown }>({ id: _id, ...rest }: T): Omit<T, 'id'> {
  return rest;
}

function stretch(scenario: Scenario, networks: readonly [string, string]): Scenario {
  const ids = new Set(scenario.stretches.map(({ id }) => id));
  let nth = scenario.stretches.length + 1;
  while (ids.has(`vxlan-${nth}`)) nth++;
  const added = { id: `vxlan-${nth}`, kind: 'vxlan' as const, networks: [...networks] };
  return { ...scenario, stretches: [...scenario.stretches, added] };
}

function move(scenario: Scenario, vm: string, to: string, change: Partial<MigrateAction>): Scenario {
  const isIt = (one: Scenario['actions'][number]) => one.kind === 'migrate' && one.vm === vm && one.to === to;
  const actions = scenario.actions.map((one) => (isIt(one) ? { ...(one as MigrateAction), ...change } : one));
  if (!scenario.actions.some(isIt))
    actions.push({ kind: 'migrate', atNs: 0, vm, to, datastore: '', portGroup: '', ...change });
  return { ...scenario, actions };
}
