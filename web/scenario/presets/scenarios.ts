/**
 * The presets with every default filled in. The build writes what this module exports into the page as plain data
 * (web/tools/presets.js), so that the first picture waits for no validator.
 */
import * as v from 'valibot';
import { scenarioSchema, type Scenario } from '../schema.ts';
import { bigTenGigabit } from './big-10gbe.ts';
import { classic } from './classic.ts';
import { database } from './database.ts';
import { evacuation } from './evacuation.ts';
import { fourAtOnce } from './four-at-once.ts';
import { idleWeb } from './idle-web.ts';
import { longDistance } from './long-distance.ts';
import { silentSwitch } from './silent-switch.ts';
import { targetCrash } from './target-crash.ts';
import { wrongNetwork } from './wrong-network.ts';
import { writeStorm } from './write-storm.ts';
import { writeStormSdps } from './write-storm-sdps.ts';

const inputs = {
  database,
  'idle-web': idleWeb,
  'write-storm': writeStorm,
  'write-storm-sdps': writeStormSdps,
  'big-10gbe': bigTenGigabit,
  'long-distance': longDistance,
  classic,
  evacuation,
  'four-at-once': fourAtOnce,
  'target-crash': targetCrash,
  'silent-switch': silentSwitch,
  'wrong-network': wrongNetwork,
};

export type PresetId = keyof typeof inputs;

export const SCENARIOS = Object.fromEntries(
  Object.entries(inputs).map(([id, input]) => [id, v.parse(scenarioSchema, input)]),
) as Record<PresetId, Scenario>;
