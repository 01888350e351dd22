/** Where a VM goes that has to leave: the host that fits and will be emptiest, the first of equals. */
import type { Fleet } from './fleet.ts';

/**
 * Null where no host fits. Room that tasks asked for before will take counts as taken.
 * @param isStart it is started anew, so it needs no way from where it was.
 */
export function placeFor(fleet: Fleet, vm: number, isStart = false): number | null {
  const { world, lines } = fleet;
  const source = world.hostOf[vm] as number;
  const cluster = world.hosts[source]!.cluster;
  const needBytes = world.needBytes(vm);
  let best: number | null = null;
  let most = 0;
  for (const [host, { cluster: of }] of world.hosts.entries()) {
    if (host === source || of !== cluster || world.state[host] !== 'connected') continue;
    const freeBytes = world.freeBytes(host) - fleet.promisedBytes(host);
    if (freeBytes < needBytes || freeBytes <= most) continue;
    if (!world.sees(host, world.storeOf[vm] as number)) continue;
    if (!isStart && !lines.way(source, host)) continue;
    [best, most] = [host, freeBytes];
  }
  return best;
}
