/** The engines of the field and the policy layers above QEMU: id, name, one sentence, table of parameters, decision function. */
import { readParameters, type Given, type ParameterTable } from './parameters.ts';
import type { Decision, PollFacts, RoundEndFacts } from './decision.ts';
import { CLOUD_HYPERVISOR, decideCloudHypervisor } from './cloud-hypervisor.ts';
import { decideEsxi, ESX_4, ESXI_67, ESXI_8 } from './esxi-profiles.ts';
import { decideHyperV, HYPER_V } from './hyper-v.ts';
import { decideKubevirt, KUBEVIRT } from './kubevirt.ts';
import { decideNova, NOVA } from './nova.ts';
import { decideOvirt, OVIRT } from './ovirt.ts';
import { decideProxmox, PROXMOX } from './proxmox.ts';
import { decideQemu, QEMU_26, QEMU_72, QEMU_92, QEMU_RULES, type QemuFacts } from './qemu-profiles.ts';
import { decideXen, XEN, XEN_CLASSIC } from './xen.ts';

interface About {
  readonly id: string;
  readonly name: string;
  readonly about: string;
  readonly table: ParameterTable;
}
/** Decides when a round is over. */
export interface RoundProfile extends About {
  readonly family: 'rounds';
  readonly decide: (values: never, facts: RoundEndFacts) => Decision;
}
/** QEMU's migration thread: decides in windows of 100 ms and at bitmap syncs. */
export interface WindowProfile extends About {
  readonly family: 'windows';
  readonly decide: (values: never, facts: QemuFacts) => Decision;
}
/** Sits above QEMU 7.2 and decides when it polls. */
export interface LayerProfile extends About {
  readonly family: 'layer';
  readonly pollMs: number;
  readonly decide: (values: never, facts: PollFacts & { readonly sinceMs: number }) => Decision;
}
export type Profile = RoundProfile | WindowProfile | LayerProfile;

const rounds = (
  id: string,
  name: string,
  about: string,
  table: ParameterTable,
  decide: RoundProfile['decide'],
): RoundProfile => ({ id, name, about, table, family: 'rounds', decide });
const layer = (
  id: string,
  name: string,
  about: string,
  table: ParameterTable,
  pollMs: number,
  decide: LayerProfile['decide'],
): LayerProfile => ({ id, name, about, table, family: 'layer', pollMs, decide });

function qemu(
  id: keyof typeof QEMU_RULES,
  name: string,
  about: string,
  table: ParameterTable,
): WindowProfile {
  return {
    id,
    name,
    about,
    table,
    family: 'windows',
    decide: (values, facts) => decideQemu(QEMU_RULES[id], values, facts),
  };
}

export const PROFILES: readonly Profile[] = [
  rounds(
    'esxi-8',
    'ESXi 8',
    'Stops when the rest fits in 0.5 s; SDPS slows a guest that writes too fast.',
    ESXI_8,
    decideEsxi,
  ),
  rounds(
    'esxi-6.7',
    'ESXi 6.7',
    'As ESXi 8, but all vCPUs stand still while traces are set.',
    ESXI_67,
    decideEsxi,
  ),
  rounds(
    'esx-4',
    'ESX 4',
    'Copies the bitmap in the stun and fetches the pages afterwards (quick resume).',
    ESX_4,
    decideEsxi,
  ),
  qemu(
    'qemu-2.6',
    'QEMU 2.6',
    'As 7.2, with a cap of 32 MiB/s and a throttle that waits for a third high period.',
    QEMU_26,
  ),
  qemu(
    'qemu-7.2',
    'QEMU 7.2',
    'Stops when the rest fits in 300 ms at the bandwidth of the last 100 ms.',
    QEMU_72,
  ),
  qemu(
    'qemu-9.2',
    'QEMU 9.2',
    'As 7.2, with dirty-limit and syncs at least every 5 s under auto-converge.',
    QEMU_92,
  ),
  rounds('xen', 'Xen 4', 'Five rounds or fewer than 50 pages, whatever that means in time.', XEN, decideXen),
  rounds(
    'xen-classic',
    'Xen 2005',
    '29 rounds, fewer than 50 pages, or three times the memory sent.',
    XEN_CLASSIC,
    decideXen,
  ),
  rounds(
    'cloud-hypervisor',
    'Cloud Hypervisor',
    'Stops when the rest fits in 300 ms at the bandwidth of the last round.',
    CLOUD_HYPERVISOR,
    decideCloudHypervisor,
  ),
  rounds('hyper-v', 'Hyper-V', 'A fixed number of passes, compressed by default.', HYPER_V, decideHyperV),
  layer(
    'kubevirt',
    'KubeVirt',
    'Deadline for each GiB and a stall detector; then post-copy, pause or cancel.',
    KUBEVIRT,
    1_000,
    decideKubevirt,
  ),
  layer(
    'nova',
    'OpenStack Nova',
    'Raises the downtime limit in equal steps; then cancels or forces.',
    NOVA,
    500,
    decideNova,
  ),
  layer(
    'ovirt',
    'oVirt',
    'Raises the downtime limit after stalled iterations; then gives up or goes to post-copy.',
    OVIRT,
    10_000,
    decideOvirt,
  ),
  layer(
    'proxmox',
    'Proxmox VE',
    'Doubles the downtime limit when what remains keeps growing.',
    PROXMOX,
    1_000,
    decideProxmox,
  ),
];

export function findProfile(id: string): Profile | undefined {
  return PROFILES.find((profile) => profile.id === id);
}

/** All parameters of a profile with what was given; problems name what is unknown and what is known. */
export function profileParameters(profile: Profile, given: Given) {
  return readParameters(profile.name, profile.table, given);
}
