/** Where a VM goes that has to leave: of the hosts that may take it the one that will be emptiest, the first of equals. */
import type { Host, Vm } from '../../scenario/schema.ts';
import { checkMove, Move, type Finding } from '../requirements/index.ts';
import type { Fleet } from './fleet.ts';
import { askedOf, REFUSALS } from './refusals.ts';

/** What a cluster's rules say to a place the center chooses: there all of them bind, wishes only while they can be met. */
const RULES = new Set(['vm-host-rule', 'vm-vm-rule']);

/** What a place is chosen by: a fleet that runs, or a plan that thinks of one. */
export type Places = Pick<Fleet, 'world' | 'lines' | 'inventory' | 'promisedBytes' | 'headingFor'>;

/**
 * Null where no host fits. Room that tasks asked for before will take counts as taken.
 * @param isStart it is started anew, so it needs no way from where it was.
 */
export function placeFor(fleet: Places, vm: number, isStart = false): number | null {
  let wished: number | null = null;
  const { world } = fleet;
  const source = world.hostOf[vm] as number;
  const candidates = candidatesFor(fleet, vm, isStart);
  // A host in quarantine only where no other is left.
  const isSick = (host: number) => world.quarantined.has(host);
  const inOrder =
    world.quarantined.size === 0
      ? candidates
      : [...candidates.filter((host) => !isSick(host)), ...candidates.filter(isSick)];
  for (const target of inOrder) {
    const against = findingsOf(fleet, vm, source, target).filter(isStart ? isOfStart : counts);
    if (against.length === 0) return target;
    if (wished === null && against.every(isWish)) wished = target;
  }
  return wished;
}

/** What keeps a VM that has to leave from this host: errors, and rules of the cluster. */
export function againstPlace(fleet: Places, vm: number, target: number): Finding[] {
  return findingsOf(fleet, vm, fleet.world.hostOf[vm] as number, target).filter(counts);
}

function findingsOf(fleet: Places, vm: number, source: number, target: number): Finding[] {
  const task = { vm, source, target, datastore: -1, portGroup: '' };
  const found = checkMove(new Move(fleet.inventory, askedOf(fleet, task)));
  return [
    ...found.filter(({ rule }) => rule !== VM_RULE),
    ...(found.some(({ rule }) => rule === CPU_RULE) ? [] : cpuPromised(fleet, vm, target)),
    ...besideOthers(fleet, vm, target),
  ];
}

const CPU_RULE = 'cpu-reservation';
const VM_RULE = 'vm-vm-rule';

/** What those on their way will reserve is taken, as their memory is. */
function cpuPromised(fleet: Places, vm: number, target: number): Finding[] {
  const { world } = fleet;
  const { id, cpuReservationMhz: needMhz } = world.vms[vm] as Vm;
  if (needMhz === 0) return [];
  const { id: where, cores, coreMhz } = world.hosts[target] as Host;
  const takenMhz = world.vms.reduce((sum, { cpuReservationMhz }, one) => {
    const isThere = world.hostOf[one] === target || fleet.headingFor(one) === target;
    return isThere && one !== vm ? sum + cpuReservationMhz : sum;
  }, 0);
  const freeMhz = cores * coreMhz - takenMhz;
  if (needMhz <= freeMhz) return [];
  const why = `${id} reserves ${needMhz} MHz; with those on their way ${where} has ${Math.max(0, freeMhz)} of ${cores * coreMhz} MHz unreserved.`;
  return [
    {
      ...{ rule: CPU_RULE, severity: 'error', message: 'The host would reserve more CPU than it has.', why },
      ...{ wording: 'ours', known: 'ours', fix: null },
    },
  ];
}

/**
 * Rules about VMs beside each other, counted where each VM is heading for: those that leave at the same instant are on their way already.
 * VMs that belong together may go anywhere as long as the others are still with it, and then they follow; a rule that is broken
 * already binds it to any host with one of them (our choice: a rule must not keep a whole host from being emptied).
 */
function besideOthers(fleet: Places, vm: number, target: number): Finding[] {
  const { world } = fleet;
  const { id } = world.vms[vm] as Vm;
  return world.scenario.rules.flatMap((rule): Finding[] => {
    if (!rule.enabled || !rule.vms.includes(id)) return [];
    const others = rule.vms.flatMap((one) => (one === id ? [] : (world.vmIndex.get(one) ?? [])));
    const placed = others.filter((one) => world.vms[one]!.power === 'on');
    const there = placed.filter((one) => fleet.headingFor(one) === target);
    const names = (list: readonly number[]) => list.map((one) => world.vms[one]!.id).join(', ');
    const where = world.hosts[target]!.id;
    if (rule.kind === 'anti-affinity' && there.length > 0)
      return [
        againstRule(`${rule.id} keeps ${id} and ${names(there)} apart, and both would be on ${where}.`),
      ];
    const elsewhere = placed.filter((one) => fleet.headingFor(one) !== world.hostOf[vm]);
    if (rule.kind === 'affinity' && elsewhere.length > 0 && there.length === 0)
      return [againstRule(`${rule.id} keeps ${id} with ${names(elsewhere)}, which is not on ${where}.`)];
    return [];
  });
}

const againstRule = (why: string): Finding => ({
  ...{ rule: VM_RULE, severity: 'warning', message: 'A rule of the cluster would be broken.', why },
  ...{ wording: 'ours', known: 'read', fix: null },
});

/** Why `placeFor` finds none: of the hosts of its cluster the one with fewest reasons, the first of them; -1 where there is no other. */
export function whyNoPlace(fleet: Places, vm: number): number {
  const { world } = fleet;
  const source = world.hostOf[vm] as number;
  let fewest: readonly Finding[] | null = null;
  for (const [target, { cluster }] of world.hosts.entries()) {
    if (target === source || cluster !== world.hosts[source]!.cluster) continue;
    const against = againstPlace(fleet, vm, target);
    if (against.length > 0 && (fewest === null || against.length < fewest.length)) fewest = against;
  }
  return fewest ? REFUSALS.indexOf((fewest[0] as Finding).rule) : -1;
}

/** Hosts of its cluster with room, the emptiest first. */
function candidatesFor(fleet: Places, vm: number, isStart: boolean): number[] {
  const { world, lines } = fleet;
  const source = world.hostOf[vm] as number;
  const cluster = world.hosts[source]!.cluster;
  const needBytes = world.needBytes(vm);
  const free = new Float64Array(world.hosts.length);
  const fits: number[] = [];
  for (let host = 0; host < world.hosts.length; host++) {
    if (host === source || world.hosts[host]!.cluster !== cluster || world.state[host] !== 'connected')
      continue;
    const freeBytes = world.freeBytes(host) - fleet.promisedBytes(host);
    if (freeBytes < needBytes || freeBytes === 0) continue;
    if (!world.sees(host, world.storeOf[vm] as number)) continue;
    if (!isStart && !lines.way(source, host)) continue;
    free[host] = freeBytes;
    fits.push(host);
  }
  return fits.sort((a, b) => (free[b] as number) - (free[a] as number) || a - b);
}

const counts = ({ severity, rule }: Finding): boolean => severity === 'error' || RULES.has(rule);

/** What is started has no memory to bring along: of the requirements only those of place remain, and high availability has no wishes. */
const OF_START = new Set(['vm-host-rule', 'port-group', 'hardware-version', 'vcpus', 'cpu-reservation']);
const isOfStart = ({ severity, rule }: Finding): boolean => severity === 'error' && OF_START.has(rule);

const isWish = ({ severity, rule }: Finding): boolean => severity === 'warning' && rule === 'vm-host-rule';
