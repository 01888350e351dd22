/**
 * What each VM is entitled to: its demand, bounded by reservation, limit and shares, down the tree of resource pools as if the cluster
 * were one large host (Gulati et al., "VMware Distributed Resource Management", 2012, say that much; how what is left is divided is
 * our choice: in proportion to shares, nobody above his demand or limit).
 */
import type { DrsCluster, DrsPool, DrsVm, PerResource, Resource } from './cluster.ts';

interface Claim {
  readonly least: number;
  readonly most: number;
  readonly shares: number;
}

const HALVINGS = 64;

/**
 * Shares out a capacity: everyone gets shares x level, at least `least` and at most `most`; the level is as high as the capacity allows.
 * Where even the leasts exceed it, they are all that is given.
 */
export function shareOut(capacity: number, claims: readonly Claim[]): number[] {
  const given = (level: number) =>
    claims.map(({ least, most, shares }) => Math.max(Math.min(least, most), Math.min(most, level * shares)));
  const total = (amounts: readonly number[]) => amounts.reduce((sum, one) => sum + one, 0);
  const all = claims.map(({ most }) => most);
  if (total(all) <= capacity) return all;
  let [low, high] = [0, capacity];
  for (let step = 0; step < HALVINGS; step++) {
    const middle = (low + high) / 2;
    if (total(given(middle)) <= capacity) low = middle;
    else high = middle;
  }
  return given(low);
}

interface Node extends Claim {
  /** Index of a VM, or of a pool. */
  readonly vm: number;
  readonly pool: number;
}

/** By VM, in MHz or bytes. VMs that are off get nothing. */
export function entitlements(cluster: DrsCluster, resource: Resource, capacity: number): number[] {
  const result = cluster.vms.map(() => 0);
  const children = childrenOf(cluster);
  const nodesOf = (pool: number): Node[] =>
    (children.get(pool) ?? []).map((child) => nodeOf(cluster, child, resource, nodesOf));
  const divide = (pool: number, amount: number): void => {
    const nodes = nodesOf(pool);
    shareOut(amount, nodes).forEach((given, at) => {
      const node = nodes[at] as Node;
      if (node.vm >= 0) result[node.vm] = given;
      else divide(node.pool, given);
    });
  };
  divide(-1, capacity);
  return result;
}

interface Child {
  readonly vm: number;
  readonly pool: number;
}

function childrenOf({ vms, pools }: DrsCluster): Map<number, Child[]> {
  const children = new Map<number, Child[]>();
  const add = (parent: number, child: Child) => {
    const list = children.get(parent);
    if (list) list.push(child);
    else children.set(parent, [child]);
  };
  pools.forEach(({ parent }, pool) => add(parent, { vm: -1, pool }));
  vms.forEach((vm, index) => {
    if (vm.isOn) add(vm.pool, { vm: index, pool: -1 });
  });
  return children;
}

/** What is promised to those in a pool is promised to the pool. */
function nodeOf(
  { vms, pools }: DrsCluster,
  child: Child,
  resource: Resource,
  nodesOf: (pool: number) => Node[],
): Node {
  const it: DrsVm | DrsPool = child.vm >= 0 ? (vms[child.vm] as DrsVm) : (pools[child.pool] as DrsPool);
  const within = child.vm >= 0 ? [] : nodesOf(child.pool);
  const demand =
    child.vm >= 0 ? (it as DrsVm).demand[resource] : within.reduce((sum, { most }) => sum + most, 0);
  const promised = within.reduce((sum, { least }) => sum + least, 0);
  const most = Math.min(demand, it.limit[resource]);
  return {
    ...child,
    least: Math.min(Math.max(it.reservation[resource], promised), most),
    most,
    shares: it.shares,
  };
}

/** Of both resources; the capacity is that of all hosts that are open. */
export function entitlementsOf(cluster: DrsCluster): PerResource<readonly number[]> {
  const open = cluster.hosts.filter(({ isOpen }) => isOpen);
  const sum = (resource: Resource) => open.reduce((all, host) => all + host.capacity[resource], 0);
  return {
    cpu: entitlements(cluster, 'cpu', sum('cpu')),
    memory: entitlements(cluster, 'memory', sum('memory')),
  };
}
