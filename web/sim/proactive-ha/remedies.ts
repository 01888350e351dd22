/**
 * Proactive HA: what is done with a host whose parts begin to fail, before anything fails. One table of remedies and one pure function
 * over it. Modes and the combination that is refused: vSphere 6.7 Availability, "Proactive HA Failures and Responses", and the API's
 * ClusterInfraUpdateHaConfigInfo. What the sources leave open is marked "our choice" where it stands.
 */
import type { Problem } from '../../base/result.ts';
import type { Cluster, Scenario } from '../../scenario/schema.ts';
import type { HealthState } from './health.ts';

export type Remediation = Cluster['proactiveHa']['moderate'];
export type ProactiveHaLevel = Cluster['proactiveHa']['level'];
export type DrsLevel = Cluster['drs']['level'];

/** As the manual names the combinations: quarantine for all failures, mixed, maintenance for all failures. */
export const REMEDIATION_MODES = ['quarantine', 'mixed', 'maintenance'] as const;
export type RemediationMode = (typeof REMEDIATION_MODES)[number];

export type Remedy = 'none' | 'quarantine' | 'maintenance';

/** One line of the table. `fits`: the other hosts have room for all VMs of this one. */
export interface RemedyRow {
  readonly mode: RemediationMode;
  readonly health: HealthState;
  readonly fits: boolean;
  readonly remedy: Remedy;
  /** Not in the sources. */
  readonly isOurChoice: boolean;
}

const row = (
  mode: RemediationMode,
  health: HealthState,
  fits: boolean,
  remedy: Remedy,
  isOurChoice = false,
): RemedyRow => ({ mode, health, fits, remedy, isOurChoice });

/**
 * Where the others have no room, a host that should be emptied is avoided instead: a task that waits for room for ever would hold the
 * host half empty (our choice). Quarantine needs no room: what does not fit elsewhere stays.
 */
export const REMEDY_TABLE: readonly RemedyRow[] = REMEDIATION_MODES.flatMap((mode) => [
  row(mode, 'healthy', true, 'none'),
  row(mode, 'healthy', false, 'none'),
  row(mode, 'moderate', true, mode === 'maintenance' ? 'maintenance' : 'quarantine'),
  row(mode, 'moderate', false, 'quarantine', mode === 'maintenance'),
  row(mode, 'severe', true, mode === 'quarantine' ? 'quarantine' : 'maintenance'),
  row(mode, 'severe', false, 'quarantine', mode !== 'quarantine'),
]);

/** Null for the combination that vSphere refuses: the lighter failure emptied, the heavier only avoided. */
export function modeOf(moderate: Remediation, severe: Remediation): RemediationMode | null {
  if (moderate === severe) return moderate;
  return moderate === 'quarantine' ? 'mixed' : null;
}

export interface Situation {
  readonly cluster: Pick<Cluster, 'proactiveHa' | 'drs'>;
  readonly health: HealthState;
  /** The hosts that stay have room for all VMs of this one. */
  readonly fits: boolean;
}

/** Why a remedy is what it is; each has its sentence in the model. */
export type RemedyReason = 'off' | 'healthy' | 'by-mode' | 'no-room';

export interface RemedyAnswer {
  readonly remedy: Remedy;
  readonly reason: RemedyReason;
  /** `applied`: the host is taken out of use at once; `recommended`: somebody has to agree. */
  readonly host: 'applied' | 'recommended' | 'none';
  /** The same of its VMs: only fully automated DRS moves them by itself. */
  readonly moves: 'applied' | 'recommended' | 'none';
  readonly row: RemedyRow | null;
}

const NOTHING = { remedy: 'none', host: 'none', moves: 'none', row: null } as const;

/** The remedy for one host. The combination that is refused has none. */
export function remedyFor({ cluster, health, fits }: Situation): RemedyAnswer {
  const { level, moderate, severe } = cluster.proactiveHa;
  const mode = modeOf(moderate, severe);
  if (level === 'off' || cluster.drs.level === 'off' || mode === null) return { ...NOTHING, reason: 'off' };
  const found = REMEDY_TABLE.find((one) => one.mode === mode && one.health === health && one.fits === fits);
  const remedy = found?.remedy ?? 'none';
  if (!found || remedy === 'none') return { ...NOTHING, reason: 'healthy', row: found ?? null };
  const isWanted = health === 'moderate' ? moderate === remedy : severe === remedy;
  return {
    remedy,
    reason: isWanted ? 'by-mode' : 'no-room',
    host: level === 'automated' ? 'applied' : 'recommended',
    moves: level === 'automated' && cluster.drs.level === 'full' ? 'applied' : 'recommended',
    row: found,
  };
}

/** Settings vSphere would not take, each at its path; none where Proactive HA is off. */
export function proactiveHaProblems(scenario: Scenario): Problem[] {
  return scenario.clusters.flatMap(({ proactiveHa, drs }, at) => {
    if (proactiveHa.level === 'off') return [];
    const problems: Problem[] = [];
    if (modeOf(proactiveHa.moderate, proactiveHa.severe) === null)
      problems.push({
        code: 'proactive-ha.invalid-argument',
        path: `clusters[${at}].proactiveHa.moderate`,
        message:
          'InvalidArgument: maintenance for moderate and quarantine for severe failures is not supported. ' +
          'Choose maintenance for both, or quarantine for moderate failures.',
      });
    if (drs.level === 'off')
      problems.push({
        code: 'proactive-ha.needs-drs',
        path: `clusters[${at}].drs.level`,
        message: 'Proactive HA needs DRS, which is off in this cluster. Switch DRS on, or Proactive HA off.',
      });
    return problems;
  });
}
