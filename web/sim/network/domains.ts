/**
 * Layer 2 of the VM networks: which of them are one broadcast domain, and which port group a VM is plugged into on a host. The MAC and
 * IP of a guest move with it, so it is reached after a migration only where its new port group lies in the domain of its old one.
 */
import type { Bytes } from '../../base/units.ts';
import type { STRETCH_KINDS } from '../../scenario/choices.ts';
import type { Host, Scenario, VirtualSwitch, Vm } from '../../scenario/schema.ts';

/**
 * What each kind puts in front of a frame that crosses it, beyond what the carrier's own Ethernet header needs. VXLAN (RFC 7348) and
 * NSX's gateway, which speaks it: Ethernet 14 + VXLAN 8 + UDP 8 + IPv4 20. GRE (RFC 2784) with bridged Ethernet: 14 + 4 + 20. GIF with
 * EtherIP (RFC 3378): 14 + 2 + 20. OTV: 42 by Cisco's manual. A trunk only tags, which the MTU does not count.
 */
export const STRETCH_OVERHEAD_BYTES: Readonly<Record<(typeof STRETCH_KINDS)[number], Bytes>> = {
  vxlan: 50,
  'nsx-l2-gateway': 50,
  gre: 38,
  gif: 36,
  otv: 42,
  'vlan-trunk': 0,
};

/** A link that makes one domain of its networks. */
interface Join {
  readonly networks: readonly string[];
  readonly overheadBytes: Bytes;
}

export class Domains {
  /** Cheapest first, so that the first that join two networks say what a frame between them costs. */
  readonly #joins: readonly Join[];
  readonly #all: Groups;

  constructor(scenario: Scenario) {
    const stretches = scenario.stretches.map(({ kind, networks }) => ({
      networks,
      overheadBytes: STRETCH_OVERHEAD_BYTES[kind],
    }));
    this.#joins = [...sameVlans(scenario), ...stretches].sort((a, b) => a.overheadBytes - b.overheadBytes);
    this.#all = new Groups();
    for (const { networks } of this.#joins) this.#all.join(networks);
  }

  /** Both are one broadcast domain: what one sends to all, the other hears. */
  same(networkA: string, networkB: string): boolean {
    return this.#all.same(networkA, networkB);
  }

  /** Bytes a frame grows by at most on the best way between two networks; 0 within one, null where no way leads. */
  overheadBytes(networkA: string, networkB: string): Bytes | null {
    if (networkA === networkB) return 0;
    if (!this.same(networkA, networkB)) return null;
    const groups = new Groups();
    const last = this.#joins.find(({ networks }) => {
      groups.join(networks);
      return groups.same(networkA, networkB);
    });
    return last?.overheadBytes ?? 0;
  }
}

/**
 * Networks with the same VLAN number at one site are one segment, as a switch sees only the number. Our choice: the number 0 (none) and
 * networks that name no site join nothing, because nobody said that they meet.
 */
function sameVlans(scenario: Scenario): Join[] {
  const segments = new Map<string, string[]>();
  for (const { id, kind, vlan, site } of scenario.networks) {
    if (kind !== 'vm' || vlan === 0 || site === '') continue;
    const key = `${site} ${vlan}`;
    segments.set(key, [...(segments.get(key) ?? []), id]);
  }
  return [...segments.values()].map((networks) => ({ networks, overheadBytes: 0 }));
}

/** Sets that grow together (union-find). */
class Groups {
  readonly #parent = new Map<string, string>();

  join(names: readonly string[]): void {
    const [first, ...others] = names;
    if (first === undefined) return;
    for (const other of others) {
      const root = this.#root(other);
      if (root !== this.#root(first)) this.#parent.set(root, this.#root(first));
    }
  }

  same(a: string, b: string): boolean {
    return this.#root(a) === this.#root(b);
  }

  #root(name: string): string {
    let root = name;
    for (let up = this.#parent.get(root); up !== undefined; up = this.#parent.get(root)) root = up;
    return root;
  }
}

/** Where a VM is plugged in on one host. */
export interface Plug {
  readonly label: string;
  readonly network: string;
  /** Null on a host that describes none: a standard one, with an uplink, that tells of VMs that arrive. */
  readonly switch: VirtualSwitch | null;
}

/**
 * The port group of that label on a host, letter by letter as vCenter compares; null where there is none.
 * @param label '' means the one the VM has: its port group, or the id of its network where it names none.
 */
export function portGroupOf(scenario: Scenario, host: Host, vm: Vm, label: string): Plug | null {
  const wanted = label || vm.portGroup || vm.network;
  if (host.switches.length === 0) {
    const network = scenario.networks.find(({ id, kind }) => id === wanted && kind === 'vm');
    return network ? { label: wanted, network: network.id, switch: null } : null;
  }
  const group = host.portGroups.find((one) => one.label === wanted);
  if (!group) return null;
  const on = host.switches.find(({ id }) => id === group.switch);
  return { label: wanted, network: group.network, switch: on ?? null };
}
