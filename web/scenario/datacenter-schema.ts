/**
 * The parts of schema v1 that make a datacenter of it. Every setting has the default under which a scenario of two hosts and one
 * VM means what it meant before it knew of datacenters, so old links keep their meaning and their text.
 */
import * as v from 'valibot';
import { GIB, MIB, NS_PER_MS, NS_PER_SECOND, TIB } from '../base/units.ts';
import {
  CPU_GENERATIONS,
  DATASTORE_KINDS,
  DEVICE_KINDS,
  DRS_ALGORITHMS,
  DRS_LEVELS,
  ENCRYPTIONS,
  ESX_VERSIONS,
  FAULTS,
  GUEST_SYSTEMS,
  HEALTH_PARTS,
  HEALTH_STATES,
  HOST_STATES,
  LICENCES,
  POWER_STATES,
  REMEDIES,
  RULE_KINDS,
  STRETCH_KINDS,
  SWITCH_KINDS,
  TCP_STACKS,
} from './choices.ts';
import { defaulted, flag, id, idOrNone, integer, list, pages, ppm, text } from './schema-parts.ts';

const bytesPerSecond = integer(0, 50_000_000_000);
const DAY_NS = 86_400 * NS_PER_SECOND;

/** A baseline, or nothing: no EVC. */
const evc = v.optional(v.picklist(['', ...CPU_GENERATIONS] as const), '');

/** Distributed resource scheduling, power management, high availability of one cluster. */
export const clusterEntries = {
  evc,
  /** What all hosts of the cluster share towards the rest; 0: no bottleneck there. */
  uplinkBytesPerSecond: defaulted(bytesPerSecond, 0),
  drs: v.optional(
    v.strictObject({
      level: v.optional(v.picklist(DRS_LEVELS), 'off'),
      algorithm: v.optional(v.picklist(DRS_ALGORITHMS), 'score'),
      /** 1 conservative: only what must move; 5 aggressive. */
      threshold: defaulted(integer(1, 5), 3),
      /** Every minute with `score`, every 300 s with the older ones, where 0. */
      intervalNs: defaulted(integer(0, 3_600 * NS_PER_SECOND), 0),
    }),
    {},
  ),
  dpm: v.optional(
    v.strictObject({
      level: v.optional(v.picklist(DRS_LEVELS), 'off'),
      threshold: defaulted(integer(1, 5), 3),
    }),
    {},
  ),
  /** Restarts on other hosts what a failed host ran. */
  ha: flag(true),
  proactiveHa: v.optional(
    v.strictObject({
      level: v.optional(v.picklist(['off', 'manual', 'automated'] as const), 'off'),
      moderate: v.optional(v.picklist(REMEDIES), 'quarantine'),
      severe: v.optional(v.picklist(REMEDIES), 'maintenance'),
    }),
    {},
  ),
};

/** A physical NIC with the VMkernel adapter on it: one adapter, one active uplink, as multi-NIC vMotion wants it. */
export const nicEntries = {
  up: flag(true),
  fullDuplex: flag(true),
  mtu: defaulted(integer(1_280, 9_000), 1_500),
  /** TCP/IP stack of the VMkernel adapter. Only `vmotion` has a gateway of its own, so only that is routed. */
  stack: v.optional(v.picklist(TCP_STACKS), 'default'),
  /** vMotion is switched on for the VMkernel adapter; of no meaning on a VM network. */
  vmotion: flag(true),
};

export const switchSchema = v.strictObject({
  id,
  kind: v.optional(v.picklist(SWITCH_KINDS), 'standard'),
  version: defaulted(integer(1, 20), 8),
  mtu: defaulted(integer(1_280, 9_000), 1_500),
  /** Physical NICs of this host; without one it is an internal switch. */
  uplinks: list(id, 16),
  /** RARP for a VM that has arrived. */
  notify: flag(true),
  /** Ports not yet taken. */
  freePorts: defaulted(integer(0, 8_192), 1_024),
});

export const portGroupSchema = v.strictObject({
  /** Compared letter by letter, as vCenter does. */
  label: v.pipe(text(80), v.minLength(1)),
  network: id,
  switch: id,
});

export const hostEntries = {
  model: v.optional(text(80), ''),
  cpu: v.optional(v.picklist(CPU_GENERATIONS), 'intel-icelake'),
  coreMhz: defaulted(integer(100, 10_000), 2_600),
  bios: v.optional(v.strictObject({ nx: flag(true), vt: flag(true), aes: flag(true) }), {}),
  version: v.optional(v.picklist(ESX_VERSIONS), '8.0'),
  licence: v.optional(v.picklist(LICENCES), 'enterprise-plus'),
  state: v.optional(v.picklist(HOST_STATES), 'connected'),
  health: list(
    v.strictObject({ part: v.picklist(HEALTH_PARTS), state: v.picklist(HEALTH_STATES) }),
    HEALTH_PARTS.length,
  ),
  gpu: flag(false),
  management: v.optional(v.picklist(['ipv4', 'ipv6'] as const), 'ipv4'),
  /** Empty: one standard port group for every VM network, labelled with its id, on a switch with an uplink. */
  switches: list(switchSchema, 16),
  portGroups: list(portGroupSchema, 512),
};

export const networkEntries = {
  vlan: defaulted(integer(0, 4_094), 0),
  site: idOrNone,
  /** Only trusted parties reach it. */
  secured: flag(true),
};

/** Joins VM networks to one broadcast domain. */
export const stretchSchema = v.strictObject({
  id,
  kind: v.picklist(STRETCH_KINDS),
  networks: list(id, 64),
});

/** Joins vMotion networks at layer 3. */
export const routerSchema = v.strictObject({
  id,
  networks: list(id, 64),
  bytesPerSecond: defaulted(bytesPerSecond, 0),
  rttNs: defaulted(integer(0, 10 * NS_PER_SECOND), 200_000),
});

/** A line between two sites. */
export const wanSchema = v.strictObject({
  id,
  sites: v.pipe(v.array(id), v.minLength(2), v.maxLength(2)),
  bytesPerSecond,
  rttNs: defaulted(integer(0, 10 * NS_PER_SECOND), 0),
  lossPpm: defaulted(ppm, 0),
  up: flag(true),
});

/** Traffic of others that never stops: takes its share of the line like any flow, up to its cap. */
export const tenantSchema = v.strictObject({
  id,
  from: id,
  to: id,
  bytesPerSecond,
});

export const datastoreEntries = {
  kind: v.optional(v.picklist(DATASTORE_KINDS), 'vmfs'),
  /** 0: no limit. */
  capacityBytes: defaulted(integer(0, 4_096 * TIB), 0),
  bytesPerSecond: defaulted(bytesPerSecond, 1_000_000_000),
};

export const deviceSchema = v.strictObject({
  id,
  kind: v.picklist(DEVICE_KINDS),
  connected: flag(true),
  /** Where the image of a `cdrom-datastore` lies. */
  datastore: idOrNone,
  /** vGPU: frame buffer in use. */
  bytes: defaulted(integer(0, 256 * GIB), 0),
  /** USB of the host: the device is enabled for vMotion. */
  vmotion: flag(false),
});

export const vmEntries = {
  power: v.optional(v.picklist(POWER_STATES), 'on'),
  hardwareVersion: defaulted(integer(3, 22), 17),
  guest: v.optional(v.picklist(GUEST_SYSTEMS), 'linux-64'),
  evc,
  /** The CPU the VM was powered on with decides its features; empty: that of its host. */
  startedOn: evc,
  /** CPU features hidden from the guest, as written in the masks of the VM. */
  cpuMask: list(id, 64),
  devices: list(deviceSchema, 32),
  cpuAffinity: flag(false),
  /** Label of its port group; empty: the id of its network. */
  portGroup: v.optional(text(80), ''),
  /** Its network adapter is connected. */
  connected: flag(true),
  encryption: v.optional(v.picklist(ENCRYPTIONS), 'opportunistic'),
  swap: v.optional(v.picklist(['with-vm', 'host-local'] as const), 'with-vm'),
  snapshots: defaulted(integer(0, 64), 0),
  installingTools: flag(false),
  migrationDisabled: flag(false),
  latencySensitive: flag(false),
  /** What the guest writes to its disk. */
  diskWriteBytesPerSecond: defaulted(bytesPerSecond, 0),
  /** What the guest would use of the CPU if it had all it wants. */
  demandMhz: defaulted(integer(0, 1_000_000), 0),
  /** Memory it touches; 0: its working set. */
  activeBytes: defaulted(integer(0, 24 * TIB), 0),
  cpuReservationMhz: defaulted(integer(0, 1_000_000), 0),
  memoryReservationBytes: defaulted(integer(0, 24 * TIB), 0),
  /** 0: no limit. */
  cpuLimitMhz: defaulted(integer(0, 1_000_000), 0),
  memoryLimitBytes: defaulted(integer(0, 24 * TIB), 0),
  /** In thousandths of "normal": low 500, normal 1000, high 2000. */
  sharesMilli: defaulted(integer(1, 1_000_000), 1_000),
  pool: idOrNone,
  /** What DRS may do with this VM; `cluster`: what its cluster says. */
  drs: v.optional(v.picklist(['cluster', ...DRS_LEVELS] as const), 'cluster'),
  /** Downtime its cluster software forgives before it drops the node; 0: no such software. */
  heartbeatNs: defaulted(integer(0, 600 * NS_PER_SECOND), 0),
};

export const poolSchema = v.strictObject({
  id,
  cluster: id,
  parent: idOrNone,
  sharesMilli: defaulted(integer(1, 1_000_000), 1_000),
  cpuReservationMhz: defaulted(integer(0, 100_000_000), 0),
  memoryReservationBytes: defaulted(integer(0, 1_024 * TIB), 0),
  cpuLimitMhz: defaulted(integer(0, 100_000_000), 0),
  memoryLimitBytes: defaulted(integer(0, 1_024 * TIB), 0),
});

export const ruleSchema = v.strictObject({
  id,
  kind: v.picklist(RULE_KINDS),
  vms: list(id, 4_096),
  hosts: list(id, 1_024),
  enabled: flag(true),
});

/** Everything an administrator or fate does, at a virtual time. */
export const actionOptions = [
  v.strictObject({
    kind: v.literal('migrate'),
    atNs: defaulted(integer(0, DAY_NS), 0),
    vm: id,
    to: id,
    /** Moves the disk there as well; empty: it stays. */
    datastore: idOrNone,
    /** Label at the target; empty: the same. */
    portGroup: v.optional(text(80), ''),
  }),
  v.strictObject({ kind: v.literal('cancel'), atNs: integer(0, 30 * DAY_NS), vm: id }),
  /** Maintenance mode: the host is entered when it is empty. */
  v.strictObject({
    kind: v.literal('enter-maintenance'),
    atNs: defaulted(integer(0, DAY_NS), 0),
    host: id,
  }),
  v.strictObject({ kind: v.literal('exit-maintenance'), atNs: integer(0, DAY_NS), host: id }),
  v.strictObject({
    kind: v.literal('health'),
    atNs: defaulted(integer(0, DAY_NS), 0),
    host: id,
    part: v.picklist(HEALTH_PARTS),
    state: v.picklist(HEALTH_STATES),
  }),
  /**
   * `part`: host id (host-crash, partition), `host/nic` (nic-down, link-...), WAN line or datastore id; empty for vcenter-loss.
   * It ends after `durationNs`; 0: never.
   */
  v.strictObject({
    kind: v.literal('fault'),
    atNs: integer(0, DAY_NS),
    fault: v.picklist(FAULTS),
    part: v.optional(v.pipe(v.string(), v.maxLength(130)), ''),
    durationNs: defaulted(integer(0, DAY_NS), 0),
    lossPpm: defaulted(ppm, 0),
  }),
] as const;

export const datacenterPolicyEntries = {
  /** What memory the hypervisor itself needs for a VM, on top of what the guest has. */
  overheadPpm: defaulted(ppm, 0),
  /** One running vMotion keep-alive: after so long without an answer it is given up. */
  timeoutNs: defaulted(integer(NS_PER_MS, 3_600 * NS_PER_SECOND), 100 * NS_PER_SECOND),
  /** Switches forget a MAC after so long without a frame of it. */
  macAgeingNs: defaulted(integer(NS_PER_SECOND, DAY_NS), 300 * NS_PER_SECOND),
  /** A guest without a word of its own speaks after so long: then its MAC is learned without RARP. */
  guestSpeaksNs: defaulted(integer(NS_PER_MS, DAY_NS), 30 * NS_PER_SECOND),
};

/** Memory sizes of groups and hosts, here so that the defaults stand in one place. */
export const vmMemory = pages(MIB, 24 * TIB);
