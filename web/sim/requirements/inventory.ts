/** What the rules look up in a scenario, looked up once: CPUs as guests see them, licences, ways between hosts, broadcast domains. */
import type { CpuGeneration } from '../../scenario/choices.ts';
import type { Cluster, Datastore, Host, Nic, Scenario, Vm, Wan } from '../../scenario/schema.ts';
import { Lines } from '../fleet/lines.ts';
import { Domains } from '../network/domains.ts';
import { featuresOf, knownTo, passedBy, vendorOf, type Features } from './cpu-features.ts';

/** The adapters of a host that vMotion could use, does use, and could use now. */
export interface Adapters {
  /** On a vMotion network, switched on for vMotion or not. */
  readonly all: readonly Nic[];
  readonly enabled: readonly Nic[];
  /** Enabled, with a link. */
  readonly usable: readonly Nic[];
}

export class Inventory {
  readonly clusters: ReadonlyMap<string, Cluster>;
  readonly stores: ReadonlyMap<string, Datastore>;
  readonly hosts: ReadonlyMap<string, Host>;
  readonly hostIndex: ReadonlyMap<string, number>;
  readonly #exposed = new Map<Host, Features>();
  readonly #used = new Map<Vm, Features>();
  /** VMs that are alike see the same. */
  readonly #seen = new Map<string, Features>();
  readonly #adapters = new Map<Host, Adapters>();
  readonly #vmotionNetworks: ReadonlySet<string>;

  /** @param scenario expanded: no groups. */
  constructor(
    readonly scenario: Scenario,
    readonly lines: Lines = new Lines(scenario),
    readonly domains: Domains = new Domains(scenario),
  ) {
    this.clusters = new Map(scenario.clusters.map((one) => [one.id, one]));
    this.stores = new Map(scenario.datastores.map((one) => [one.id, one]));
    this.hosts = new Map(scenario.hosts.map((one) => [one.id, one]));
    this.hostIndex = new Map(scenario.hosts.map((one, at) => [one.id, at]));
    this.#vmotionNetworks = new Set(
      scenario.networks.filter(({ kind }) => kind === 'vmotion').map(({ id }) => id),
    );
  }

  adaptersOf(host: Host): Adapters {
    let adapters = this.#adapters.get(host);
    if (!adapters) {
      const all = host.nics.filter(({ network }) => this.#vmotionNetworks.has(network));
      const enabled = all.filter(({ vmotion }) => vmotion);
      adapters = { all, enabled, usable: enabled.filter(({ up }) => up) };
      this.#adapters.set(host, adapters);
    }
    return adapters;
  }

  siteOf(host: Host): string {
    return this.clusters.get(host.cluster)?.site ?? '';
  }

  /** The line between the sites of two hosts, as the engine takes it: the first that joins both. */
  wanOf(a: Host, b: Host): Wan | null {
    const [from, to] = [this.siteOf(a), this.siteOf(b)];
    if (from === to) return null;
    return this.scenario.wans.find(({ sites }) => sites.includes(from) && sites.includes(to)) ?? null;
  }

  /** What a guest that starts on this host may use: the CPU less what the BIOS, the version and the EVC of the cluster hide. */
  exposedBy(host: Host): Features {
    let features = this.#exposed.get(host);
    if (!features) this.#exposed.set(host, (features = this.#guestView(host.cpu, host)));
    return features;
  }

  #guestView(cpu: CpuGeneration, host: Host): Features {
    const sets = [featuresOf(cpu), featuresOf(knownTo(host.version, vendorOf(cpu)))];
    const evc = this.clusters.get(host.cluster)?.evc ?? '';
    if (evc) sets.push(featuresOf(evc));
    const features = intersection(sets);
    if (!host.bios.nx) features.delete('nx');
    if (!host.bios.aes) features.delete('aes');
    return features;
  }

  /** What the VM has seen since it was powered on, and will go on using: its five inputs, fixed then. */
  usedBy(vm: Vm): Features {
    let features = this.#used.get(vm);
    if (!features) this.#used.set(vm, (features = this.#seenBy(vm)));
    return features;
  }

  #seenBy(vm: Vm): Features {
    const { host, hardwareVersion, evc, cpuMask, guest } = vm;
    const key = JSON.stringify([
      host,
      this.startedOn(vm),
      hardwareVersion,
      evc,
      cpuMask,
      guest.endsWith('-32'),
    ]);
    let features = this.#seen.get(key);
    if (!features) this.#seen.set(key, (features = this.#computeSeen(vm)));
    return features;
  }

  #computeSeen(vm: Vm): Features {
    const host = this.hosts.get(vm.host) as Host;
    const cpu = this.startedOn(vm);
    const sets = [this.#guestView(cpu, host), featuresOf(passedBy(vm.hardwareVersion, vendorOf(cpu)))];
    if (vm.evc) sets.push(featuresOf(vm.evc));
    const features = intersection(sets);
    for (const hidden of vm.cpuMask) features.delete(hidden);
    if (vm.guest.endsWith('-32')) features.delete('lm');
    return features;
  }

  startedOn(vm: Vm): CpuGeneration {
    return vm.startedOn || (this.hosts.get(vm.host) as Host).cpu;
  }
}

function intersection([first, ...others]: readonly Features[]): Set<string> {
  return new Set([...(first ?? [])].filter((one) => others.every((set) => set.has(one))));
}
