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

export function findPreset(id: string): Preset | undefined {
  return [...PRESETS, ...DATACENTER_PRESETS].find((one) => one.id === id);
}
