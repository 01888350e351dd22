/**
 * Three generations of ESXi as profiles. The rule after a round is `decideAfterRound`, which the single move uses too.
 * Sources: the log line "Stopping pre-copy: only N pages left ... within the switchover time goal of 0.500 seconds"; the switchover
 * limit of 100 s (msg.checkpoint.migration.maxSwitchoverTimeExceeded); SDPS of vSphere 5 and later; quick resume of ESX 4.x.
 * VMware publishes no option names for most of these; such parameters are named after the words of its logs.
 */
import { NS_PER_MS, PPM, transferNs } from '../../base/units.ts';
import { decision, type Decision, type RoundEndFacts } from './decision.ts';
import { decideAfterRound, ESXI } from './esxi.ts';
import type { ParameterTable, ValuesOf } from './parameters.ts';

const LOG = 'vmkernel log, "switchover time goal"';
const LIMIT = 'msg.checkpoint.migration.maxSwitchoverTimeExceeded';

export const ESXI_8 = {
  switchoverTimeGoal: {
    default: 500,
    unit: 'ms',
    least: 1,
    about: 'The last pages must be sent within this.',
    source: LOG,
  },
  maxSwitchoverSeconds: {
    default: 100,
    unit: 's',
    least: 1,
    about: 'A longer switchover fails and the VM stays.',
    source: LIMIT,
  },
  sdps: {
    default: true,
    unit: '',
    about: 'Stun during page send: vCPUs sleep a few ms at a time where rounds do not shrink.',
    source: 'vSphere 5 vMotion paper',
  },
  pageTrace: {
    default: 'loose',
    unit: '',
    choices: ['loose', 'stop-based'],
    about: 'Who stands still while traces are set.',
    source: 'vSphere 7.0 U1 vMotion paper',
  },
  checkpointConnections: {
    default: 2,
    unit: '',
    least: 1,
    about: 'TCP connections of the device state.',
    source: 'fixed at 2 until 8.0 U1',
  },
  quickResume: {
    default: false,
    unit: '',
    about: 'Resume on the target before all pages are there; the rest follows on demand.',
    source: 'ESX 4.x; later for very large VMs',
  },
} as const satisfies ParameterTable;

/** All vCPUs stand still while traces are set. */
export const ESXI_67 = {
  ...ESXI_8,
  pageTrace: { ...ESXI_8.pageTrace, default: 'stop-based', source: 'vSphere 6.7 and before' },
} as const satisfies ParameterTable;

/** The bitmap is copied in the stun, the pages it names follow by remote page faults; no SDPS. */
export const ESX_4 = {
  ...ESXI_67,
  sdps: { ...ESXI_8.sdps, default: false, source: 'came with vSphere 5' },
  quickResume: { ...ESXI_8.quickResume, default: true },
} as const satisfies ParameterTable;

export type EsxiValues = ValuesOf<typeof ESXI_8>;

export function decideEsxi(values: EsxiValues, facts: RoundEndFacts): Decision {
  const neededNs = transferNs(Math.ceil(facts.leftBytes), Math.max(1, Math.floor(facts.bytesPerSecond)));
  const speedPpm = PPM - Math.round(facts.throttlePercent * 10_000);
  const after = decideAfterRound(
    { switchoverGoalNs: values.switchoverTimeGoal * NS_PER_MS, sdps: values.sdps },
    {
      round: facts.rounds - 1,
      sentBytes: facts.sentBytes,
      leftBytes: facts.leftBytes,
      neededNs,
      leftBefore: facts.leftBefore,
      speedPpm,
    },
  );
  const numbers = {
    leftPages: facts.leftPages,
    leftBytes: facts.leftBytes,
    bytesPerSecond: facts.bytesPerSecond,
    neededMs: neededNs / NS_PER_MS,
    goalMs: values.switchoverTimeGoal,
  };
  if (after.reason === 'within-goal')
    return decision(values.quickResume ? 'post-copy' : 'switch-over', 'within-goal', numbers);
  if (after.reason === 'sdps')
    return { ...decision('throttle', 'sdps', numbers), throttlePercent: (PPM - after.speedPpm) / 10_000 };
  if (after.reason !== 'no-progress') return decision('go-on', 'above-goal', numbers);
  const stuck = { ...numbers, rounds: facts.rounds, patienceRounds: ESXI.patienceRounds };
  return decision(values.quickResume ? 'post-copy' : 'abort', 'no-progress', stuck);
}
