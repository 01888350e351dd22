/**
 * What a run of many migrations leaves behind. Events are codes and numbers; hosts, VMs and datastores are named by their index in
 * the expanded scenario, so that a log is the same text everywhere. A sentence is a pure function of an event.
 */
import type { Bytes, BytesPerSecond, Ns } from '../../base/units.ts';
import type { Scenario } from '../../scenario/schema.ts';
import type { Outcome, RoundRecord, ServiceStretch } from '../run-log.ts';

/** What a task does. Order is wire format: append only. */
export const TASK_KINDS = ['vmotion', 'storage-vmotion', 'without-shared-storage'] as const;
export type TaskKind = (typeof TASK_KINDS)[number];

/** Who asked for it. Order is wire format: append only. */
export const TASK_CAUSES = ['user', 'maintenance', 'drs', 'proactive-ha', 'rule', 'migrate-back'] as const;
export type TaskCause = (typeof TASK_CAUSES)[number];

/** Order is wire format: append only. */
export const TASK_FAILURES = [
  'requirements',
  'no-convergence',
  'switchover-timeout',
  'keep-alive',
  'source-crashed',
  'target-crashed',
  'datastore-lost',
  'network-lost',
  'proof',
  'center-lost',
] as const;
export type TaskFailure = (typeof TASK_FAILURES)[number];

/** What may be busy. Order is wire format: append only. */
export const LIMITED = ['host', 'nic', 'datastore', 'wan'] as const;

export interface FleetEventNumbers {
  /** Somebody asks for it; kind and cause index TASK_KINDS and TASK_CAUSES. */
  asked: { vm: number; source: number; target: number; datastore: number; kind: number; cause: number };
  /** A requirement is not met: `rule` indexes REQUIREMENTS in sim/requirements, severity 0 error, 1 warning. */
  refused: { rule: number; severity: number };
  /** Over a limit: it waits. `limited` indexes LIMITED, `part` is the index of the host, datastore or line it waits for. */
  queued: { limited: number; part: number; used: number; most: number; cost: number };
  /** Its turn: reserved on the target. */
  started: { waitedNs: Ns; usedBytes: Bytes };
  /** Its share of the network from now on. */
  rate: { bytesPerSecond: BytesPerSecond };
  /** The disk is at the target; writes since are mirrored. */
  'disk-copied': { bytes: Bytes; mirroredBytes: Bytes; durationNs: Ns };
  'round-ended': {
    round: number;
    dirtyPages: number;
    sentPages: number;
    wireBytes: Bytes;
    leftPages: number;
    neededNs: Ns;
    goalNs: Ns;
    speedPpm: number;
    /** Indexes ROUND_REASONS. */
    reason: number;
  };
  /** SDPS: the guest runs at this speed from now on. */
  slowed: { round: number; speedPpm: number };
  stunned: { leftPages: number; neededNs: Ns };
  /** It runs on the target; the lock of its disk went with it. */
  resumed: { downtimeNs: Ns };
  /** The target broadcasts RARP with the MAC of the VM. */
  rarp: { delayNs: Ns };
  /** The switches send frames for this MAC to the new port from now on. */
  'mac-learned': { delayNs: Ns };
  /** Clients reach it again; the gap began at the stun. */
  'client-back': { networkGapNs: Ns; lostPings: number };
  /** The port group of the target is in another broadcast domain: no client reaches the VM. */
  'client-lost': { networkGapNs: Ns };
  'source-freed': { bytes: Bytes };
  completed: TaskTotals;
  cancelled: TaskTotals;
  /** `reason` indexes TASK_FAILURES; the VM runs on at its source unless the source crashed. */
  failed: TaskTotals & { reason: number };
  'maintenance-entering': { host: number; vms: number };
  /** A VM that cannot leave, and what holds it: an index of REFUSALS, of the host that is nearest to taking it; -1: there is no other host. */
  'maintenance-blocked': { host: number; vm: number; rule: number };
  'maintenance-entered': { host: number; durationNs: Ns };
  'maintenance-left': { host: number };
  health: { host: number; part: number; state: number };
  /** Indexes FAULTS; the part is named in the action. */
  'fault-began': { fault: number; action: number };
  'fault-ended': { fault: number; action: number };
  'host-crashed': { host: number; vms: number };
  /** High availability starts it anew on a host that lives: what was in memory is lost, what was on the disk is not. */
  'vm-restarted': { vm: number; host: number; afterNs: Ns };
  'vm-down': { vm: number; host: number };
  /** DRS has looked at a cluster: its figure, at which it would leave it alone (-1: never looks at it), and how many moves it recommends. */
  'drs-pass': { cluster: number; figurePpm: number; enoughPpm: number; recommended: number };
  /** `reason` indexes REASONS of sim/drs; the figure before and after; what the move costs, predicted; 1 where it is done by itself. */
  recommended: {
    vm: number;
    from: number;
    to: number;
    reason: number;
    priority: number;
    beforePpm: number;
    afterPpm: number;
    costNs: Ns;
    costBytes: Bytes;
    applied: number;
  };
  'power-recommended': {
    host: number;
    wake: number;
    priority: number;
    utilisationPpm: number;
    vms: number;
    applied: number;
  };
  'host-standby': { host: number; durationNs: Ns };
  'host-woken': { host: number };
  /** Proactive HA: `remedy` indexes REMEDY_CODES; 0: back to normal. */
  remedy: { host: number; remedy: number; applied: number };
}

export interface TaskTotals {
  totalNs: Ns;
  downtimeNs: Ns;
  networkGapNs: Ns;
  wireBytes: Bytes;
  diskBytes: Bytes;
  rounds: number;
}

export type FleetEventCode = keyof FleetEventNumbers;

/** `task` indexes the tasks in the order they were asked for, -1 where there is none; `seq` orders events of one virtual time. */
export type FleetEvent = {
  [C in FleetEventCode]: {
    readonly seq: number;
    readonly atNs: Ns;
    readonly task: number;
    readonly code: C;
    readonly n: FleetEventNumbers[C];
  };
}[FleetEventCode];

export interface FleetTask {
  readonly index: number;
  readonly vm: number;
  readonly source: number;
  readonly target: number;
  /** Datastore the disk goes to; -1: it stays. */
  readonly datastore: number;
  readonly kind: TaskKind;
  readonly cause: TaskCause;
  readonly askedNs: Ns;
  readonly startedNs: Ns | null;
  readonly endedNs: Ns | null;
  readonly outcome: Outcome | null;
  readonly failure: TaskFailure | null;
  readonly totals: TaskTotals | null;
  readonly rounds: readonly RoundRecord[];
  /** Byte-exact: both memories were equal when it resumed; null where nothing was compared. */
  readonly verified: boolean | null;
}

/** A line of the network as the engine shares it, for the picture of its load. */
export interface FleetLine {
  readonly id: string;
  readonly kind: 'nic-out' | 'nic-in' | 'uplink' | 'router' | 'wan' | 'disk';
  /** What a fault calls it: `host/nic`, or the id of the cluster, router, line between sites or datastore. */
  readonly part: string;
  readonly bytesPerSecond: BytesPerSecond;
}

export interface FleetReport {
  readonly tasks: readonly FleetTask[];
  /** When the last task ended. */
  readonly makespanNs: Ns;
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly wireBytes: Bytes;
  readonly longestDowntimeNs: Ns;
  readonly events: number;
}

/** What crosses from the engine to whoever watches, at least ten times a second of wall time. */
export interface FleetBatch {
  readonly events: readonly FleetEvent[];
  readonly service: readonly ServiceStretch[];
  /** Paths of the tasks that began since the last batch: [task, lines]. */
  readonly paths: readonly (readonly [number, readonly number[]])[];
  /** Everything before this virtual time is in the batches so far. */
  readonly virtualNs: Ns;
  /** Tasks that ended, of those asked for so far. */
  readonly done: number;
  readonly asked: number;
}

/** All of it, as the page keeps it. `scenario` is expanded: no groups. */
export interface FleetLog {
  readonly scenario: Scenario;
  readonly lines: readonly FleetLine[];
  /** Per task, lines its flows cross, as indexes of `lines`. Known from the task's start on. */
  readonly paths: readonly (readonly number[])[];
  readonly events: readonly FleetEvent[];
  /** What the clients of each task's VM met; `migration` is the task, hosts by id. */
  readonly service: readonly ServiceStretch[];
  /** Null while the engine is still computing. */
  readonly report: FleetReport | null;
}
