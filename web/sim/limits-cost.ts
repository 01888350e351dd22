/**
 * Cost units of vSphere 4.1 to 6.7 ("Limits on Simultaneous Migrations"; Denneman, "Limiting the number of Storage vMotions", 2012).
 * The prose of the manual says that a Storage vMotion costs 1 on a datastore, its table and Denneman say 16: 16 it is.
 */
import type { BytesPerSecond } from '../base/units.ts';

/** What may be busy. */
export type Limited = 'host' | 'nic' | 'datastore' | 'wan';

/** `provisioning`: clone, deploy, cold migration. */
export type OperationKind = 'vmotion' | 'storage-vmotion' | 'without-shared-storage' | 'provisioning';

export interface Operation {
  readonly kind: OperationKind;
  /** Indexes of hosts; the same for an operation that stays on its host. */
  readonly source: number;
  readonly target: number;
  /** Indexes of datastores; the same where the disk stays. */
  readonly sourceDatastore: number;
  readonly targetDatastore: number;
  /** The line between sites it crosses, where that line carries so many sessions and no more. */
  readonly wan?: number;
}

export interface Cost {
  readonly limited: Limited;
  readonly part: number;
  readonly cost: number;
}

export const HOST_MOST = 8;
export const DATASTORE_MOST = 128;

const COSTS: Readonly<Record<OperationKind, Readonly<Record<Exclude<Limited, 'wan'>, number>>>> = {
  vmotion: { host: 1, nic: 1, datastore: 1 },
  'storage-vmotion': { host: 4, nic: 0, datastore: 16 },
  'without-shared-storage': { host: 4, nic: 1, datastore: 16 },
  provisioning: { host: 1, nic: 0, datastore: 0 },
};

/** What an operation costs on each resource it touches, once on each; in the order hosts, NICs, datastores, lines. */
export function costsOf({ kind, ...at }: Operation): Cost[] {
  const { host, nic, datastore } = COSTS[kind];
  const costs: Cost[] = [];
  const charge = (limited: Limited, cost: number, parts: readonly number[]) => {
    if (cost > 0) for (const part of new Set(parts)) costs.push({ limited, part, cost });
  };
  charge('host', host, [at.source, at.target]);
  charge('nic', nic, [at.source, at.target]);
  charge('datastore', datastore, [at.sourceDatastore, at.targetDatastore]);
  if (at.wan !== undefined && nic > 0) charge('wan', 1, [at.wan]);
  return costs;
}

const GBE: BytesPerSecond = 125_000_000;

/**
 * What the vMotion NICs of a host may carry at once: 2 below 1GbE (a safety value, not supported), 4 from 1 to less than 10GbE, 8 from
 * 10GbE. A migration uses all NICs of the host, so more NICs add speed, not migrations; where their speeds differ it is 2. 0 without one.
 */
export function nicMost(nicBytesPerSecond: readonly BytesPerSecond[]): number {
  const [first, ...others] = nicBytesPerSecond;
  if (first === undefined) return 0;
  if (first < GBE || others.some((other) => other !== first)) return 2;
  return first < 10 * GBE ? 4 : 8;
}
