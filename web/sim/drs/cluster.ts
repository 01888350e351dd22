/** What DRS looks at: hosts, VMs with what they want and what they are promised, rules, and what it may ask about a move. */
import type { Bytes, Ns, Ppm } from '../../base/units.ts';
import type { DRS_ALGORITHMS, DRS_LEVELS, RULE_KINDS } from '../../scenario/choices.ts';

export type DrsAlgorithm = (typeof DRS_ALGORITHMS)[number];
export type DrsLevel = (typeof DRS_LEVELS)[number];

/** The two resources that are balanced. CPU in MHz, memory in bytes. */
export const RESOURCES = ['cpu', 'memory'] as const;
export type Resource = (typeof RESOURCES)[number];
export type PerResource<T> = Readonly<Record<Resource, T>>;

export interface DrsHost {
  readonly id: string;
  readonly capacity: PerResource<number>;
  /** Takes and gives VMs: connected, not being emptied. */
  readonly isOpen: boolean;
  /** On standby, so that it can be woken. */
  readonly isAsleep: boolean;
  /** To be avoided while others serve as well. */
  readonly isQuarantined: boolean;
}

export interface DrsVm {
  readonly id: string;
  /** Index of its host. */
  readonly host: number;
  readonly demand: PerResource<number>;
  readonly reservation: PerResource<number>;
  /** Infinity: none. */
  readonly limit: PerResource<number>;
  readonly shares: number;
  /** Index of its pool; -1: the root of the cluster. */
  readonly pool: number;
  /** Memory its host must have for it. */
  readonly memoryBytes: Bytes;
  readonly level: DrsLevel;
  readonly isOn: boolean;
}

export interface DrsPool {
  readonly id: string;
  readonly parent: number;
  readonly shares: number;
  readonly reservation: PerResource<number>;
  readonly limit: PerResource<number>;
}

export interface DrsRule {
  readonly id: string;
  readonly kind: (typeof RULE_KINDS)[number];
  readonly vms: readonly number[];
  readonly hosts: readonly number[];
}

export interface MoveCost {
  /** Predicted for this VM over this way. */
  readonly ns: Ns;
  readonly downtimeNs: Ns;
  readonly bytes: Bytes;
}

export interface DrsCluster {
  readonly hosts: readonly DrsHost[];
  readonly vms: readonly DrsVm[];
  readonly pools: readonly DrsPool[];
  readonly rules: readonly DrsRule[];
  /** Every requirement of a move holds, whatever the rules of the cluster say. */
  readonly mayMove: (vm: number, host: number) => boolean;
  /** Null where it cannot be predicted. */
  readonly moveCost: (vm: number, host: number) => MoveCost | null;
}

export interface DrsSettings {
  readonly algorithm: DrsAlgorithm;
  /** 1 conservative to 5 aggressive. */
  readonly threshold: number;
  /** Time to the next pass: how long what is won lasts at least. */
  readonly intervalNs: Ns;
}

/** Names of vSphere's API (`RecommendationReasonCode`). Order is wire format: append only. */
export const REASONS = [
  'fairnessCpuAvg',
  'fairnessMemAvg',
  'jointAffin',
  'antiAffin',
  'vmHostHardAffinity',
  'vmHostSoftAffinity',
  'hostInDegradation',
  'powerSaving',
  'increaseCapacity',
] as const;
export type Reason = (typeof REASONS)[number];

export interface Recommendation {
  readonly vm: number;
  readonly from: number;
  readonly to: number;
  readonly reason: Reason;
  /** 1 must be; 5 helps a little. */
  readonly priority: number;
  /** The figure the algorithm lowers (imbalance, gap) or raises (score), before and after this move. */
  readonly beforePpm: Ppm;
  readonly afterPpm: Ppm;
  /** What it costs, predicted for this VM. */
  readonly cost: MoveCost;
}

export interface PowerRecommendation {
  readonly host: number;
  readonly kind: 'standby' | 'wake';
  readonly reason: Reason;
  readonly priority: number;
  /** Utilisation that decided it: of the host that sleeps, or of the busiest one. */
  readonly utilisationPpm: Ppm;
  /** VMs that have to leave first, and where to. */
  readonly moves: readonly Recommendation[];
}
