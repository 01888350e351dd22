/** One VM, where it is and where it shall go: what a rule may ask about. */
import type { Bytes } from '../../base/units.ts';
import type { Datastore, Host, Scenario, Vm } from '../../scenario/schema.ts';
import type { Way } from '../fleet/lines.ts';
import { portGroupOf, type Plug } from '../network/domains.ts';
import { atLeast } from '../network/stream.ts';
import type { Inventory } from './inventory.ts';

/** What the target has at that instant. */
export interface Room {
  readonly freeBytes: Bytes;
  readonly neededBytes: Bytes;
  /** CPU no VM has reserved. */
  readonly freeMhz: number;
  readonly isOpen: boolean;
  /** VMs it runs now. */
  readonly vms: () => readonly Vm[];
  /** Bytes of disks on a datastore now. */
  readonly givenOn: (store: Datastore) => Bytes;
}

export interface Asked {
  readonly vm: Vm;
  readonly source: Host;
  readonly target: Host;
  /** Where the disk is, and where it shall be: the same where it stays. */
  readonly from: Datastore;
  readonly to: Datastore;
  /** Label at the target; empty: the same as now. */
  readonly portGroup: string;
  readonly room: Room;
}

export class Move implements Asked {
  readonly vm: Vm;
  readonly source: Host;
  readonly target: Host;
  readonly from: Datastore;
  readonly to: Datastore;
  readonly portGroup: string;
  readonly room: Room;

  constructor(
    readonly inventory: Inventory,
    asked: Asked,
  ) {
    this.vm = asked.vm;
    this.source = asked.source;
    this.target = asked.target;
    this.from = asked.from;
    this.to = asked.to;
    this.portGroup = asked.portGroup;
    this.room = asked.room;
  }

  get scenario(): Scenario {
    return this.inventory.scenario;
  }
  /** Another host shall run it; otherwise only its disk moves. */
  get changesHost(): boolean {
    return this.source !== this.target;
  }
  get movesDisk(): boolean {
    return this.from !== this.to;
  }
  /** Off or suspended: only files move, so nothing of the CPU and no interface matters. */
  get isLive(): boolean {
    return this.vm.power === 'on' || this.vm.power === 'resuming';
  }
  get isBetweenSites(): boolean {
    return this.inventory.siteOf(this.source) !== this.inventory.siteOf(this.target);
  }
  get way(): Way | null {
    const { lines, hostIndex } = this.inventory;
    return lines.way(hostIndex.get(this.source.id) as number, hostIndex.get(this.target.id) as number);
  }
  /** Where it is plugged in now, and where it would be. */
  get plug(): Plug | null {
    return portGroupOf(this.scenario, this.source, this.vm, '');
  }
  get nextPlug(): Plug | null {
    return portGroupOf(this.scenario, this.target, this.vm, this.portGroup);
  }
  /** Label that is looked for on the target. */
  get label(): string {
    return this.portGroup || this.vm.portGroup || this.vm.network;
  }
  /** Both hosts are of this version or newer. */
  bothAtLeast(version: Host['version']): boolean {
    return atLeast(this.source.version, version) && atLeast(this.target.version, version);
  }
}
