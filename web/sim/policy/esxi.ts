/**
 * When ESXi 8 goes on, slows the guest down, switches over or gives up: parameters as data and one pure decision function.
 * Sources: the switchover rule and SDPS as VMware's own logs and papers describe them; where they leave a number open it is
 * marked "our choice".
 */
import { NS_PER_MS, NS_PER_US, PPM, type Bytes, type Ns, type Ppm } from '../../base/units.ts';
import type { RoundReason } from '../events.ts';

export const ESXI = {
  /** Compatibility checks, then shadow VM, memory reservation and sockets on TCP 8000. Our choice. */
  checksNs: 20 * NS_PER_MS,
  prepareNs: 60 * NS_PER_MS,
  prepareRoundTrips: 3,
  /** One vCPU sets the traces while the others run (7.0 U1 on). Our choice: large pages make it cheap. */
  traceLooseNsPerPage: 10,
  /** All vCPUs stand still (6.7 and before): hundreds of seconds for 6 TB were published, which is about 125 ns a page. */
  traceStopNsPerPage: 125,
  /** Stopping the vCPUs; our choice. A round trip tells the target that the switchover begins. */
  stopNs: 4 * NS_PER_MS,
  /** Restoring devices and starting vCPUs; 9 to 50 ms are reported for several hypervisors, our choice within. */
  resumeNs: 28 * NS_PER_MS,
  /** After resume: RARP broadcast leaves the target, then the switch has learned. Usually well below a second. */
  rarpNs: 5 * NS_PER_MS,
  macLearnNs: 100 * NS_PER_US,
  /** Memory freed, .vmx closed on the source. Our choice. */
  cleanUpNs: 15 * NS_PER_MS,
  /** SDPS steps in when a round leaves more than this share of what it sent. Our choice. */
  sdpsTriggerPpm: 700_000,
  /** ... and aims at this share of the send rate ("just enough to keep up"; 0.6 to 0.7 remembered). Our choice. */
  sdpsTargetPpm: 650_000,
  sdpsLeastPpm: 10_000,
  /** Without SDPS: give up when this many rounds together shrink what is left by less than a tenth. Our choice. */
  patienceRounds: 5,
  patienceSharePpm: 900_000,
  /** A bound on any run, far above what converges. Our choice. */
  mostRounds: 1_000,
} as const;

export interface RoundFacts {
  readonly round: number;
  readonly sentBytes: Bytes;
  readonly leftBytes: Bytes;
  /** leftBytes at the bandwidth measured in this round. */
  readonly neededNs: Ns;
  /** What was left after each earlier round, oldest first. */
  readonly leftBefore: readonly Bytes[];
  readonly speedPpm: Ppm;
}

export interface RoundDecision {
  readonly reason: RoundReason;
  /** Guest speed from now on. */
  readonly speedPpm: Ppm;
}

export interface EsxiParameters {
  readonly switchoverGoalNs: Ns;
  readonly sdps: boolean;
}

/** After a round: switch over, go on, slow the guest down, or give up. */
export function decideAfterRound(parameters: EsxiParameters, facts: RoundFacts): RoundDecision {
  if (facts.neededNs <= parameters.switchoverGoalNs)
    return { reason: 'within-goal', speedPpm: facts.speedPpm };
  const slower = parameters.sdps ? sdpsSpeed(facts) : facts.speedPpm;
  if (slower < facts.speedPpm) return { reason: 'sdps', speedPpm: slower };
  if (facts.round + 1 >= ESXI.mostRounds || noProgress(facts))
    return { reason: 'no-progress', speedPpm: facts.speedPpm };
  return { reason: 'above-goal', speedPpm: facts.speedPpm };
}

/** Speed that would leave sdpsTarget of what is sent if dirtying fell in proportion; unchanged where rounds shrink well. */
function sdpsSpeed(facts: RoundFacts): Ppm {
  if (facts.leftBytes * PPM <= facts.sentBytes * ESXI.sdpsTriggerPpm) return facts.speedPpm;
  const wanted = Math.floor(
    (facts.speedPpm * (facts.sentBytes / facts.leftBytes) * ESXI.sdpsTargetPpm) / PPM,
  );
  return Math.max(ESXI.sdpsLeastPpm, Math.min(facts.speedPpm, wanted));
}

function noProgress(facts: RoundFacts): boolean {
  const then = facts.leftBefore[facts.leftBefore.length - ESXI.patienceRounds];
  return then !== undefined && facts.leftBytes * PPM > then * ESXI.patienceSharePpm;
}
