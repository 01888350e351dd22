/**
 * A small datacenter in which things are asked for and things break, all of it from one seed. Links are slow and time-outs short, so that
 * a few virtual seconds hold every phase of several migrations and faults hit them all.
 */
import { GIB, KIB, NS_PER_MS, NS_PER_SECOND } from '../../base/units.ts';
import { Prng } from '../../base/prng.ts';
import { FAULTS } from '../../scenario/choices.ts';
import type { Action, Scenario } from '../../scenario/schema.ts';

/** Everything happens within so many milliseconds. */
const SPAN_MS = 6_000;
const NIC_BYTES_PER_SECOND = 4_000_000;

type Unfinished = Record<string, unknown>;

/** What a file would say; whoever runs it has it filled in with defaults. */
export function scheduleOf(seed: number): Unfinished {
  const random = new Prng(seed);
  const hosts = names('host', random.between(2, 4));
  const stores = names('store', random.between(1, 2));
  const vms = names('vm', random.between(1, 5));
  const isShared = !random.oneIn(6);
  const itself = looksAfterItself(new Prng(seed ^ OTHER_LOTS), hosts, vms);
  return {
    schema: 1,
    title: `Faults of seed ${seed}`,
    seed,
    sites: [{ id: 'site' }],
    clusters: [{ id: 'cluster', site: 'site', ha: !random.oneIn(5), ...itself.cluster }],
    networks: [
      { id: 'vmotion', kind: 'vmotion' },
      { id: 'vms', kind: 'vm' },
    ],
    hosts: hosts.map((id) => ({
      id,
      cluster: 'cluster',
      memoryBytes: 4 * GIB,
      nics: [
        { id: 'vmnic0', network: 'vmotion', bytesPerSecond: NIC_BYTES_PER_SECOND },
        ...(random.oneIn(3)
          ? [{ id: 'vmnic1', network: 'vmotion', bytesPerSecond: NIC_BYTES_PER_SECOND }]
          : []),
      ],
    })),
    datastores: stores.map((id) => ({ id, hosts, bytesPerSecond: 20_000_000 })),
    vms: vms.map((id, at) => ({
      ...vmOf(random, id, hosts, isShared ? stores : [stores[0]!]),
      demandMhz: itself.demandsMhz[at],
    })),
    rules: itself.rules,
    policy: {
      timeoutNs: random.between(200, 1_500) * NS_PER_MS,
      maxSwitchoverNs: random.between(400, 3_000) * NS_PER_MS,
      traceInstall: random.oneIn(4) ? 'stop-based' : 'loose',
      sdps: !random.oneIn(4),
    },
    actions: [...asked(random, vms, hosts, stores), ...broken(random, hosts, stores), ...itself.health],
  };
}

/** Draws of their own, so that what was drawn before is drawn as before. */
const OTHER_LOTS = 0x5eed_0000;

/** In one schedule of twenty DRS moves VMs meanwhile, lets hosts sleep, or leaves a host that begins to fail. */
function looksAfterItself(random: Prng, hosts: readonly string[], vms: readonly string[]) {
  const demandsMhz = vms.map(() => random.between(0, 20_000));
  const rules = random.oneIn(3)
    ? [
        {
          id: 'apart',
          kind: random.pick(['anti-affinity', 'affinity'] as const),
          vms: vms.slice(0, 2),
          hosts: [],
        },
      ]
    : [];
  if (!random.oneIn(20)) return { cluster: {}, demandsMhz, rules, health: [] };
  const cluster = {
    drs: {
      level: 'full',
      algorithm: random.pick(['classic', 'pairwise', 'score']),
      threshold: random.between(2, 5),
      intervalNs: random.between(2_000, 5_000) * NS_PER_MS,
    },
    dpm: { level: random.oneIn(2) ? 'full' : 'off' },
    proactiveHa: { level: random.oneIn(2) ? 'automated' : 'off' },
  };
  const health = Array.from({ length: random.between(0, 3) }, () => ({
    kind: 'health' as const,
    atNs: random.between(0, SPAN_MS) * NS_PER_MS,
    host: random.pick(hosts),
    part: random.pick(['power', 'fan'] as const),
    state: random.pick(['healthy', 'moderate', 'severe'] as const),
  }));
  return { cluster, demandsMhz, rules, health };
}

function vmOf(random: Prng, id: string, hosts: readonly string[], stores: readonly string[]): Unfinished {
  const usedBytes = 64 * KIB * random.between(1, 24);
  return {
    id,
    host: random.pick(hosts),
    datastore: random.pick(stores),
    network: 'vms',
    memoryBytes: 2 ** 21,
    usedBytes,
    diskBytes: random.between(1, 8) * 500_000,
    deviceStateBytes: random.between(0, 4) * 100_000,
    fidelity: random.pick(['byte-exact', 'byte-exact', 'page-exact', 'expected']),
    phases: [
      {
        pattern: random.pick(['idle', 'uniform', 'hot-cold', 'sweep', 'zipf']),
        writesPerSecond: random.between(0, 600),
        workingSetBytes: Math.min(usedBytes, 64 * KIB * random.between(1, 8)),
      },
    ],
    diskWriteBytesPerSecond: random.oneIn(2) ? random.between(0, 500_000) : 0,
  };
}

function asked(
  random: Prng,
  vms: readonly string[],
  hosts: readonly string[],
  stores: readonly string[],
): Partial<Action>[] {
  const actions: Partial<Action>[] = [];
  for (const vm of vms)
    for (let nth = random.between(1, 2); nth > 0; nth--)
      actions.push({
        kind: 'migrate',
        atNs: random.between(0, SPAN_MS) * NS_PER_MS,
        vm,
        to: random.pick(hosts),
        datastore: random.oneIn(4) ? random.pick(stores) : '',
      });
  if (random.oneIn(3))
    actions.push({ kind: 'cancel', atNs: random.between(0, SPAN_MS) * NS_PER_MS, vm: random.pick(vms) });
  if (random.oneIn(4)) {
    const host = random.pick(hosts);
    const atMs = random.between(0, SPAN_MS);
    actions.push({ kind: 'enter-maintenance', atNs: atMs * NS_PER_MS, host });
    if (random.oneIn(2))
      actions.push({ kind: 'exit-maintenance', atNs: (atMs + random.between(0, 3_000)) * NS_PER_MS, host });
  }
  return actions;
}

function broken(random: Prng, hosts: readonly string[], stores: readonly string[]): Partial<Action>[] {
  return Array.from({ length: random.between(1, 4) }, () => {
    const fault = random.pick(FAULTS);
    const part =
      fault === 'host-crash' || fault === 'partition'
        ? random.pick(hosts)
        : fault === 'datastore-apd'
          ? random.pick(stores)
          : fault === 'vcenter-loss'
            ? ''
            : `${random.pick(hosts)}/vmnic0`;
    return {
      kind: 'fault' as const,
      // To the nanosecond, so that a fault may hit any instant.
      atNs: random.between(0, SPAN_MS) * NS_PER_MS + random.below(NS_PER_MS),
      fault,
      part,
      durationNs: random.oneIn(3) ? 0 : random.between(1, 40) * (NS_PER_SECOND / 10),
      lossPpm: fault === 'link-lossy' ? random.between(100, 500_000) : 0,
    };
  });
}

const names = (id: string, count: number) => Array.from({ length: count }, (_, at) => `${id}-${at + 1}`);

/** How many faults a schedule has. */
export function faultsIn(scenario: Scenario): number {
  return scenario.actions.filter(({ kind }) => kind === 'fault').length;
}
