/** What speaks against a task of a fleet at the present instant: every requirement, and what has failed meanwhile. */
import { checkMove, Move, RULES, type Asked, type Room } from '../requirements/index.ts';
import { SEVERITIES } from '../requirements/finding.ts';
import type { Datastore, Host, Vm } from '../../scenario/schema.ts';
import type { FleetEventNumbers } from './fleet-log.ts';
import type { Fleet } from './fleet.ts';
import type { Task } from './tasks.ts';

/** Known before there were rules for all of it. Order is wire format. */
const FIRST = [
  'same-host',
  'no-way',
  'datastore',
  'memory',
  'host-state',
  'vm-down',
  'datastore-lost',
  'port-group',
] as const;

/** Order is wire format: the rules come in the order in which they were added, which is that of their list so far. */
export const REFUSALS: readonly string[] = [
  ...FIRST,
  ...RULES.map(({ id }) => id).filter((id) => !(FIRST as readonly string[]).includes(id)),
];

const CODES: ReadonlyMap<string, number> = new Map(REFUSALS.map((id, code) => [id, code]));

export function refusalsOf(fleet: Fleet, task: Task): FleetEventNumbers['refused'][] {
  const { world } = fleet;
  const { vm } = task;
  const refused = checkMove(new Move(fleet.inventory, askedOf(fleet, task))).map(({ rule, severity }) => ({
    rule: CODES.get(rule) as number,
    severity: SEVERITIES.indexOf(severity),
  }));
  const refuse = (rule: string) => refused.push({ rule: CODES.get(rule) as number, severity: 0 });
  if (fleet.ha.isDown(vm)) refuse('vm-down');
  const stores = [world.storeOf[vm] as number, task.datastore < 0 ? -1 : task.datastore];
  if (stores.some((store) => store >= 0 && fleet.faults.isStoreLost(store))) refuse('datastore-lost');
  return refused;
}

type Asks = Pick<Task, 'vm' | 'source' | 'target' | 'datastore' | 'portGroup'>;

export function askedOf({ world }: Pick<Fleet, 'world'>, task: Asks): Asked {
  const from = world.stores[world.storeOf[task.vm] as number] as Datastore;
  return {
    vm: world.vms[task.vm] as Vm,
    source: world.hosts[task.source] as Host,
    target: world.hosts[task.target] as Host,
    from,
    to: task.datastore < 0 ? from : (world.stores[task.datastore] as Datastore),
    portGroup: task.portGroup,
    room: new RoomNow(world, task.vm, task.target),
  };
}

/** What the target has now. */
class RoomNow implements Room {
  readonly freeBytes: number;
  readonly neededBytes: number;
  readonly isOpen: boolean;

  constructor(
    readonly world: Fleet['world'],
    vm: number,
    readonly host: number,
  ) {
    this.freeBytes = world.freeBytes(host);
    this.neededBytes = world.needBytes(vm);
    this.isOpen = world.state[host] === 'connected';
  }

  get freeMhz(): number {
    const { cores, coreMhz } = this.world.hosts[this.host] as Host;
    return this.vms().reduce((left, vm) => left - vm.cpuReservationMhz, cores * coreMhz);
  }
  vms(): readonly Vm[] {
    return this.world.vmsOn(this.host).map((vm) => this.world.vms[vm] as Vm);
  }
  givenOn(store: Datastore): number {
    const { vms, storeOf, storeIndex } = this.world;
    const index = storeIndex.get(store.id);
    return vms.reduce((sum, vm, at) => (storeOf[at] === index ? sum + vm.diskBytes : sum), 0);
  }
}
