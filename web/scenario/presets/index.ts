/**
 * The scenarios that ship with the product. Each file is immutable once a link to it is in the world, because links say
 * "this preset, and these differences": a better one gets a new id. A golden file holds the digest of each.
 */
import type { Scenario } from '../schema.ts';
import { FIRST_PRESET_ID } from './first.ts';
import { SCENARIOS, type PresetId } from './scenarios.ts';

export { FIRST_PRESET_ID };

export interface Preset {
  readonly id: string;
  readonly title: string;
  /** One sentence for the gallery. */
  readonly summary: string;
  /** What to look at while it runs. */
  readonly notice: string;
  readonly scenario: Scenario;
}

const preset = (id: PresetId, summary: string, notice: string): Preset => {
  const scenario = SCENARIOS[id];
  return { id, title: scenario.title, summary, notice, scenario };
};

/** In the order of the gallery; the first is what a visitor without a link sees. */
export const PRESETS: readonly Preset[] = [
  preset(
    'database',
    'A database of 512 MiB keeps writing while it moves over 1 GbE, with a switchover goal of 100 ms.',
    'Each round sends what was written during the one before, so each is shorter; the stun comes when the rest fits in 100 ms.',
  ),
  preset(
    'idle-web',
    'A web server of 256 MiB that waits for visitors moves over 1 GbE.',
    'Nothing is written, so one round is enough; what is left of the stun is device state and fixed costs.',
  ),
  preset(
    'write-storm',
    'A guest writes twice what the link carries, and SDPS is off.',
    'The staircase of rounds goes flat above the goal: more rounds do not help, the migration gives up and the VM runs on at the source.',
  ),
  preset(
    'write-storm-sdps',
    'The same write storm with SDPS, which slows the guest down until the link keeps up.',
    'The speed of the guest drops when the rounds stop shrinking; the migration ends because the guest pays for it.',
  ),
  preset(
    'big-10gbe',
    'A VM of 64 GiB with 48 GiB used moves over 10 GbE while it writes 410 MB of pages a second.',
    'Round 0 takes most of the time; memory size decides the duration, the write rate decides the downtime.',
  ),
  preset(
    'long-distance',
    'A VM of 8 GiB moves between sites 100 ms apart over a 10 GbE line that its window cannot fill.',
    'The rate is window / round trip, 168 MB/s of 1.18 GB/s: a larger window helps, a faster line does not.',
  ),
  preset(
    'classic',
    'A VM of the first years of vMotion: less than two seconds from start to finish on Gigabit Ethernet.',
    'A third of its memory was never filled and costs 9 bytes a page; the whole move is shorter than two seconds, the stun far shorter.',
  ),
];

/** Many VMs at once; they open on the page of the datacenter. */
export const DATACENTER_PRESETS: readonly Preset[] = [
  preset(
    'four-at-once',
    'A host with twenty VMs is emptied for maintenance over 1 GbE.',
    'Each vMotion costs one unit of its NIC, which has four: sixteen wait in line and none is refused. Nobody is asked to stop working.',
  ),
  preset(
    'target-crash',
    'Three VMs are on their way to a host when that host crashes.',
    'The three run on at the source as if nothing had been asked; the four that ran on the host are down until they are started elsewhere.',
  ),
  preset(
    'silent-switch',
    'A web server moves, and the switch of the target tells nobody.',
    'The VM runs 28 ms after its state has arrived, but its frames go to the old port until it speaks by itself. RARP is there for that.',
  ),
  preset(
    'wrong-network',
    'A web server moves to a port group of the same name in another broadcast domain.',
    'The task is completed and nothing warns; no client finds the VM again. A stretched network (VXLAN, NSX, GRE) or the move back helps.',
  ),
  preset(
    'evacuation',
    '32 of 64 hosts are emptied: 1,024 VMs of 16 GiB over 10 GbE.',
    'The line out of each old host is full from start to end; memory and bandwidth decide how long it takes, not the number of VMs at once.',
  ),
];

/** What must hold before a VM may move: one for each requirement. */
export const REQUIREMENT_PRESETS: readonly Preset[] = [
  preset(
    'may-it-move',
    'A database and five other hosts: one fits, one fits with a warning, three refuse.',
    'Choose the VM: every host says why it may take it or not, in numbers, and what one click would mend.',
  ),
  preset(
    'five-inputs',
    'Host CPU, BIOS, ESX version, compatibility setting, guest system: each keeps one VM where it is.',
    'A VM goes on using the features it saw when it was powered on. With an EVC baseline it never saw the newer ones, and moves.',
  ),
  preset(
    'vmotion-interface',
    'No interface, no link, 100 Mbit/s, 10 Gbit/s.',
    'Two are refused. 100 Mbit/s is only warned of: it works, takes 76 s where 10 Gbit/s takes one, and lets two move at once, not eight.',
  ),
  preset(
    'not-shared',
    'Two VMs on the disk of their host: one is refused, the other takes its disk along.',
    'Without shared storage the disk crosses the network first, while writes behind the copy are mirrored; then the memory.',
  ),
  preset(
    'capitals',
    'A port group is called "VM Network" on one host and "vm network" on the other.',
    'Labels are compared letter by letter. Renaming it mends it; the other VM finds its label and moves.',
  ),
  preset(
    'no-room',
    'A target with room for one of two VMs, to the byte.',
    'The first takes what is left; the second needs 1 GiB, and 0 are unreserved.',
  ),
  preset(
    'licences',
    'Essentials on one host, Essentials Plus on two.',
    'The licence is asked for at both ends: neither to nor from the host with Essentials.',
  ),
  preset(
    'hundred-ms',
    'Sites 10,000 and 10,100 km away over lines of 400 Mbit/s, by the oldest sources.',
    '100 ms are allowed, 101 ms are not. The second move waits: 250 Mbit/s are needed for each, and 400 carry one.',
  ),
  preset(
    'stretched',
    'A VM moves to another site; VXLAN makes one network of both.',
    'Same IP, same MAC, same broadcast domain: RARP crosses the tunnel and the clients notice only the stun.',
  ),
  preset(
    'routed',
    'vMotion networks joined by a router.',
    'The network of the VMs must be stretched, that of vMotion may be routed: from 6.0 on, with adapters on the vMotion stack.',
  ),
  preset(
    'open-network',
    'Others can read the vMotion network; one VM is not encrypted, one is, one must be and cannot.',
    'Memory holds passwords and keys. Unencrypted there is a warning; what must be encrypted and cannot is refused.',
  ),
  preset(
    'more-bandwidth',
    'The same busy VM over 1, 2 x 1, 10 and 25 GbE at once.',
    'Twice the line is less than half the time: rounds are shorter, so less is written during them and fewer are needed.',
  ),
  preset(
    'devices',
    'A mounted ISO, a passed-through card, CPU affinity and a rule hold four VMs; the fifth is free.',
    'Each names the device or rule that holds it. Disconnect, remove or clear it, and the VM moves.',
  ),
];

/** A cluster that looks after itself, and what happens to it. */
export const CLUSTER_PRESETS: readonly Preset[] = [
  preset(
    'unbalanced',
    'Two of four hosts carry almost all load; DRS moves what helps most.',
    'Every move says which imbalance it lowers, by how much and what it costs. A rule comes first: the pair is parted before anything is balanced.',
  ),
  preset(
    'pools',
    'Production and test crowd one of three hosts; DRS only recommends.',
    'Test may have 12 GHz and gets no more, whatever it wants; a strained host serves all its VMs worse, which is what the score counts.',
  ),
  preset(
    'power-saving',
    'Four hosts idle along; two are enough.',
    'A host below 45 % whose VMs fit elsewhere is emptied and put on standby, and two always stay awake.',
  ),
  preset(
    'failing-power',
    'A power supply reports, then the second; later the host dies.',
    'Moderate: avoided. Severe: emptied at once. Ninety seconds later it crashes, and takes nobody with it.',
  ),
  preset(
    'blocked-maintenance',
    'A host is emptied, and two VMs cannot leave it.',
    'The page says before and during the evacuation which VM holds it, and why: a local disk, and a rule.',
  ),
  preset(
    'rolling-maintenance',
    'Four hosts, one after the other, a minute of work each.',
    'Each host is empty before it is worked on and back before the next is emptied; the VMs notice only their stuns.',
  ),
  preset(
    'crash-in-each-phase',
    'The source dies in pre-copy, in the stun, and after it.',
    'Until the target runs the VM its only memory is at the source, so a crash restarts it from disk; a moment later it is safe.',
  ),
  preset(
    'partition',
    'The target cannot be reached for two minutes.',
    'Half a VM at the target is no VM: the source keeps it, gives the move up after 100 s, and the copy is thrown away.',
  ),
];

export const ALL_PRESETS: readonly Preset[] = [
  ...[...PRESETS, ...DATACENTER_PRESETS],
  ...[...REQUIREMENT_PRESETS, ...CLUSTER_PRESETS],
];

export function findPreset(id: string): Preset | undefined {
  return ALL_PRESETS.find((one) => one.id === id);
}
