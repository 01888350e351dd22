/** Why a VM finds no place: every other host of its cluster says what keeps it away, in numbers. */
import { formatIec } from '../../scenario/quantity.ts';
import type { Host, Vm } from '../../scenario/schema.ts';
import { againstPlace, type Places } from '../fleet/placement.ts';
import type { Fix } from '../requirements/index.ts';

export interface HostSays {
  /** Index of the host that does not take it; -1: there is no other one in its cluster. */
  readonly host: number;
  /** Id of the requirement, or `host-state`, `promised`, `alone`. */
  readonly rule: string;
  readonly why: string;
  /** What would mend it by one click; null where nothing would. */
  readonly fix: Fix | null;
}

export function whyStays(site: Places, vm: number): HostSays[] {
  const { world } = site;
  const source = world.hostOf[vm] as number;
  const { cluster } = world.hosts[source] as Host;
  const says = world.hosts.flatMap((host, at) =>
    at !== source && host.cluster === cluster ? [hostSays(site, vm, at)] : [],
  );
  if (says.length > 0) return says;
  const why = `${world.vms[vm]!.id} is in cluster ${cluster}, which has no other host; add one.`;
  return [{ host: -1, rule: 'alone', why, fix: null }];
}

const STATES = {
  entering: 'is being emptied as well',
  maintenance: 'is in maintenance mode',
  standby: 'is in standby',
  down: 'is down',
} as const;

function hostSays(site: Places, vm: number, host: number): HostSays {
  const { world } = site;
  const { id } = world.hosts[host] as Host;
  const state = world.state[host];
  if (state && state !== 'connected')
    return { host, rule: 'host-state', why: `${id} ${STATES[state]}.`, fix: null };
  const [first] = againstPlace(site, vm, host);
  if (first) return { host, rule: first.rule, why: first.why, fix: first.fix };
  return { host, rule: 'promised', why: promised(site, world.vms[vm] as Vm, vm, host), fix: null };
}

/** Every requirement holds, so it is the room that VMs before it take. */
function promised(site: Places, { id }: Vm, vm: number, host: number): string {
  const { world } = site;
  const freeBytes = world.freeBytes(host);
  const takenBytes = site.promisedBytes(host);
  return `${id} needs ${formatIec(world.needBytes(vm))}; of ${formatIec(freeBytes)} free on ${world.hosts[host]!.id}, ${formatIec(takenBytes)} go to VMs that leave before it.`;
}
