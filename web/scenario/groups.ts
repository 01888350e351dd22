/** "32 VMs like this on each host": groups become hosts and VMs with names of their own. */
import type { Host, Scenario, Vm } from './schema.ts';

/**
 * The same datacenter without groups. Hosts of a group are `id-01`, `id-02` ..., its VMs `id-0001` ... in the order of the hosts;
 * datastores and rules that name a host group mean all its hosts. Addresses count up, so that each VM has its own.
 */
export function expandGroups(scenario: Scenario): Scenario {
  if (scenario.hostGroups.length === 0 && scenario.vmGroups.length === 0) return scenario;
  const members = new Map<string, string[]>();
  const hosts: Host[] = [...scenario.hosts];
  for (const { id, count, ...like } of scenario.hostGroups) {
    const names = numbered(id, count, 2);
    members.set(id, names);
    hosts.push(...names.map((name) => ({ ...like, id: name })));
  }
  const meant = (names: readonly string[]) => names.flatMap((name) => members.get(name) ?? [name]);
  const vms: Vm[] = [...scenario.vms];
  for (const { id, perHost, hosts: on, ...like } of scenario.vmGroups) {
    const places = meant(on);
    numbered(id, perHost * places.length, 4).forEach((name, index) => {
      const host = places[Math.floor(index / perHost)] as string;
      vms.push({ ...like, id: name, host, ...addressesOf(vms.length) });
    });
  }
  return {
    ...scenario,
    hosts,
    vms,
    datastores: scenario.datastores.map((one) => ({ ...one, hosts: meant(one.hosts) })),
    rules: scenario.rules.map((one) => ({ ...one, hosts: meant(one.hosts) })),
    hostGroups: [],
    vmGroups: [],
  };
}

/** `web-0001` to `web-0032`; more digits where the count needs them. */
export function numbered(id: string, count: number, digits: number): string[] {
  const width = Math.max(digits, String(count).length);
  return Array.from({ length: count }, (_, index) => `${id}-${String(index + 1).padStart(width, '0')}`);
}

/** The n-th VM of a datacenter: VMware's range for generated MACs (00:50:56:80 and up), and 10.128/9. */
function addressesOf(index: number): { mac: string; ip: string } {
  const bytes = [(index >> 16) & 0x3f, (index >> 8) & 0xff, index & 0xff] as const;
  const hex = [0x80 + bytes[0], bytes[1], bytes[2]].map((one) => one.toString(16).padStart(2, '0'));
  return { mac: `00:50:56:${hex.join(':')}`, ip: `10.${128 + bytes[0]}.${bytes[1]}.${bytes[2]}` };
}
