/**
 * The presets with every default filled in. The build writes what this module exports into the page as plain data
 * (web/tools/presets.js), so that the first picture waits for no validator.
 */
import * as v from 'valibot';
import { scenarioSchema, type Scenario } from '../schema.ts';
import { bigTenGigabit } from './big-10gbe.ts';
import { classic } from './classic.ts';
import * as cluster from './cluster.ts';
import { database } from './database.ts';
import { evacuation } from './evacuation.ts';
import { fourAtOnce } from './four-at-once.ts';
import { idleWeb } from './idle-web.ts';
import { longDistance } from './long-distance.ts';
import * as requirement from './requirements.ts';
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
  'may-it-move': requirement.mayItMove,
  'five-inputs': requirement.fiveInputs,
  'vmotion-interface': requirement.vmotionInterface,
  'not-shared': requirement.notShared,
  capitals: requirement.capitals,
  'no-room': requirement.noRoom,
  licences: requirement.licences,
  'hundred-ms': requirement.hundredMs,
  stretched: requirement.stretched,
  routed: requirement.routed,
  'open-network': requirement.openNetwork,
  'more-bandwidth': requirement.moreBandwidth,
  devices: requirement.devices,
  unbalanced: cluster.unbalanced,
  pools: cluster.pools,
  'power-saving': cluster.powerSaving,
  'failing-power': cluster.failingPower,
  'blocked-maintenance': cluster.blockedMaintenance,
  'rolling-maintenance': cluster.rollingMaintenance,
  'crash-in-each-phase': cluster.crashInEachPhase,
  partition: cluster.partition,
};

export type PresetId = keyof typeof inputs;

export const SCENARIOS = Object.fromEntries(
  Object.entries(inputs).map(([id, input]) => [id, v.parse(scenarioSchema, input)]),
) as Record<PresetId, Scenario>;
