/**
 * The scenarios that ship with the product. Each file is immutable once a link to it is in the world, because links say
 * "this preset, and these differences": a better one gets a new id. A golden file holds the digest of each.
 */
import * as v from 'valibot';
import { scenarioSchema, type Scenario, type ScenarioInput } from '../schema.ts';
import { bigTenGigabit } from './big-10gbe.ts';
import { classic } from './classic.ts';
import { database } from './database.ts';
import { idleWeb } from './idle-web.ts';
import { longDistance } from './long-distance.ts';
import { writeStorm } from './write-storm.ts';
import { writeStormSdps } from './write-storm-sdps.ts';

export interface Preset {
  readonly id: string;
  readonly title: string;
  /** One sentence for the gallery. */
  readonly summary: string;
  /** What to look at while it runs. */
  readonly notice: string;
  readonly scenario: Scenario;
}

const preset = (id: string, summary: string, notice: string, input: ScenarioInput): Preset => {
  const scenario = v.parse(scenarioSchema, input);
  return { id, title: scenario.title, summary, notice, scenario };
};

/** In the order of the gallery; the first is what a visitor without a link sees. */
export const PRESETS: readonly Preset[] = [
  preset(
    'database',
    'A database of 512 MiB keeps writing while it moves over 1 GbE, with a switchover goal of 100 ms.',
    'Each round sends what was written during the one before, so each is shorter; the stun comes when the rest fits in 100 ms.',
    database,
  ),
  preset(
    'idle-web',
    'A web server of 256 MiB that waits for visitors moves over 1 GbE.',
    'Nothing is written, so one round is enough; what is left of the stun is device state and fixed costs.',
    idleWeb,
  ),
  preset(
    'write-storm',
    'A guest writes twice what the link carries, and SDPS is off.',
    'The staircase of rounds goes flat above the goal: more rounds do not help, the migration gives up and the VM runs on at the source.',
    writeStorm,
  ),
  preset(
    'write-storm-sdps',
    'The same write storm with SDPS, which slows the guest down until the link keeps up.',
    'The speed of the guest drops when the rounds stop shrinking; the migration ends because the guest pays for it.',
    writeStormSdps,
  ),
  preset(
    'big-10gbe',
    'A VM of 64 GiB with 48 GiB used moves over 10 GbE while it writes 410 MB of pages a second.',
    'Round 0 takes most of the time; memory size decides the duration, the write rate decides the downtime.',
    bigTenGigabit,
  ),
  preset(
    'long-distance',
    'A VM of 8 GiB moves between sites 100 ms apart over a 10 GbE line that its window cannot fill.',
    'The rate is window / round trip, 168 MB/s of 1.18 GB/s: a larger window helps, a faster line does not.',
    longDistance,
  ),
  preset(
    'classic',
    'A VM of the first years of vMotion: less than two seconds from start to finish on Gigabit Ethernet.',
    'A third of its memory was never filled and costs 9 bytes a page; the whole move is shorter than two seconds, the stun far shorter.',
    classic,
  ),
];

export const FIRST_PRESET_ID = 'database';

export function findPreset(id: string): Preset | undefined {
  return PRESETS.find((one) => one.id === id);
}
