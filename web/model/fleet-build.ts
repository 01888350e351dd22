/** A datacenter built by hand: pure edits that add, remove and change hosts, VMs, sites and lines. What was a group stays one. */
import { GIB, MIB } from '../base/units.ts';
import { expandGroups } from '../scenario/groups.ts';
import type { Host, Nic, Scenario, Vm, Wan } from '../scenario/schema.ts';
import { applyFix } from '../sim/requirements/index.ts';

/** `esx-04` after `esx-03`; the number grows until the name is free. */
export function freeName(like: string, taken: ReadonlySet<string>): string {
  const [, stem = `${like}-`, digits = ''] = /^(.*?)(\d+)$/.exec(like) ?? [];
  for (let n = Number(digits || '1') + (digits ? 1 : 0); ; n++) {
    const name = `${stem}${String(n).padStart(digits.length || 2, '0')}`;
    if (!taken.has(name)) return name;
  }
}

const idsOf = (list: readonly { readonly id: string }[]): Set<string> => new Set(list.map(({ id }) => id));

/** A host like this one, without VMs; datastores that host sees are seen by it as well. */
export function addHost(scenario: Scenario, like: string, cluster = ''): { scenario: Scenario; id: string } {
  const all = expandGroups(scenario);
  const model = all.hosts.find(({ id }) => id === like) ?? (all.hosts[0] as Host);
  const id = freeName(model.id, idsOf(all.hosts));
  const host: Host = { ...model, id, cluster: cluster || model.cluster, state: 'connected', health: [] };
  const sees = new Set(all.datastores.filter(({ hosts }) => hosts.includes(model.id)).map((one) => one.id));
  return {
    id,
    scenario: {
      ...scenario,
      hosts: [...scenario.hosts, host],
      datastores: scenario.datastores.map((one) =>
        sees.has(one.id) && one.kind !== 'local' ? { ...one, hosts: [...one.hosts, id] } : one,
      ),
    },
  };
}

/** VMware's range for MACs set by hand ends here; addresses of VMs added by hand count down from it. */
const LAST_MAC = 0x3fffff;

/** A VM like this one, on this host. */
export function addVm(scenario: Scenario, like: string, host: string): { scenario: Scenario; id: string } {
  const all = expandGroups(scenario);
  const model = all.vms.find((vm) => vm.id === like) ?? all.vms.find((vm) => vm.host === host) ?? all.vms[0];
  if (!model) return { scenario, id: '' };
  const id = freeName(model.id, idsOf(all.vms));
  const n = scenario.vms.length;
  const hex = (LAST_MAC - n).toString(16).padStart(6, '0');
  const mac = `00:50:56:${hex.slice(0, 2)}:${hex.slice(2, 4)}:${hex.slice(4)}`;
  const ip = `10.0.${250 - (n >> 8)}.${(n & 0xff) + 1 > 254 ? 254 : (n & 0xff) + 1}`;
  return { id, scenario: { ...scenario, vms: [...scenario.vms, { ...model, id, host, mac, ip }] } };
}

/** Without these VMs and what is asked of them. VMs of a group stay: they are described together. */
export function removeVms(scenario: Scenario, names: readonly string[]): Scenario {
  const gone = new Set(names.filter((name) => scenario.vms.some(({ id }) => id === name)));
  return {
    ...scenario,
    vms: scenario.vms.filter(({ id }) => !gone.has(id)),
    actions: scenario.actions.filter((one) => !('vm' in one) || !gone.has(one.vm)),
    rules: scenario.rules
      .map((rule) => ({ ...rule, vms: rule.vms.filter((id) => !gone.has(id)) }))
      .filter(({ vms }) => vms.length > 0),
  };
}

/** Why a host cannot be taken away; empty where it can. */
export function whyKeep(scenario: Scenario, host: string): string {
  if (!scenario.hosts.some(({ id }) => id === host)) return 'It belongs to a group of hosts.';
  const vms = expandGroups(scenario).vms.filter((vm) => vm.host === host).length;
  return vms > 0 ? `Move or remove its ${vms === 1 ? 'VM' : `${vms} VMs`} first.` : '';
}

export function removeHost(scenario: Scenario, host: string): Scenario {
  if (whyKeep(scenario, host) !== '') return scenario;
  const without = (list: readonly string[]) => list.filter((id) => id !== host);
  return {
    ...scenario,
    hosts: scenario.hosts.filter(({ id }) => id !== host),
    datastores: scenario.datastores.map((one) => ({ ...one, hosts: without(one.hosts) })),
    rules: scenario.rules.map((rule) => ({ ...rule, hosts: without(rule.hosts) })),
    tenants: scenario.tenants.filter(({ from, to }) => from !== host && to !== host),
    actions: scenario.actions.filter(
      (one) =>
        !('host' in one && one.host === host) &&
        !(one.kind === 'migrate' && one.to === host) &&
        !(one.kind === 'fault' && (one.part === host || one.part.startsWith(`${host}/`))),
    ),
  };
}

/** A site far away with one cluster and one host like this one, and the line to it. */
export function addSite(
  scenario: Scenario,
  like: string,
  line: Pick<Wan, 'bytesPerSecond' | 'rttNs'>,
): Scenario {
  const all = expandGroups(scenario);
  const model = all.hosts.find(({ id }) => id === like) ?? (all.hosts[0] as Host);
  const home = scenario.clusters.find(({ id }) => id === model.cluster) ?? scenario.clusters[0]!;
  const site = freeName('site-01', idsOf(scenario.sites));
  const cluster = freeName('cluster-01', idsOf(scenario.clusters));
  const id = freeName('line-00', idsOf(scenario.wans));
  const grown: Scenario = {
    ...scenario,
    sites: [...scenario.sites, { id: site, name: '' }],
    clusters: [...scenario.clusters, { ...home, id: cluster, site }],
    wans: [...scenario.wans, { ...line, id, sites: [home.site, site], lossPpm: 0, up: true }],
  };
  return addHost(grown, model.id, cluster).scenario;
}

export const changeHost = (scenario: Scenario, id: string, change: Partial<Host>): Scenario =>
  applyFix(scenario, { label: '', edits: [{ kind: 'host', id, change: () => change }] });

export const changeVm = (scenario: Scenario, id: string, change: Partial<Vm>): Scenario =>
  applyFix(scenario, { label: '', edits: [{ kind: 'vm', id, change: () => change }] });

/** All vMotion NICs of a host. */
export function changeVmotionNics(scenario: Scenario, id: string, change: Partial<Nic>): Scenario {
  const networks = new Set(scenario.networks.filter(({ kind }) => kind === 'vmotion').map((one) => one.id));
  const edit = ({ nics }: Host) => ({
    nics: nics.map((nic) => (networks.has(nic.network) ? { ...nic, ...change } : nic)),
  });
  return applyFix(scenario, { label: '', edits: [{ kind: 'host', id, change: edit }] });
}

/** Whole numbers somebody types, within what a scenario may hold. */
export const memoryOf = (gib: number): number =>
  Math.min(24 * 1_024 * GIB, Math.max(MIB, Math.round(gib * 1_024) * MIB));
