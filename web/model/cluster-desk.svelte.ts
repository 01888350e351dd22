/** What somebody works on at the page of a cluster: which one, which host, the plan; it stays when another page is looked at. */
import { NS_PER_SECOND } from '../base/units.ts';
import type { Problem } from '../base/result.ts';
import type { Action, Scenario } from '../scenario/schema.ts';
import {
  PLAN_DEFAULTS,
  planActions,
  planProblems,
  planRolling,
  withPlan,
  type PlanSettings,
  type RollingPlan,
} from '../sim/maintenance-plan/index.ts';
import type { Session } from './session.svelte.ts';

/** As hands write it. */
export interface PlanForm {
  readonly hostsAtOnce: number;
  readonly workMinutes: number;
  readonly startMinutes: number;
  readonly windowHours: number;
  readonly marginPercent: number;
}

const MINUTE_NS = 60 * NS_PER_SECOND;
const HOUR_NS = 60 * MINUTE_NS;
const PPM_PER_PERCENT = 10_000;

const PLAIN: PlanForm = {
  hostsAtOnce: PLAN_DEFAULTS.hostsAtOnce,
  workMinutes: PLAN_DEFAULTS.workNs / MINUTE_NS,
  startMinutes: PLAN_DEFAULTS.startNs / MINUTE_NS,
  windowHours: PLAN_DEFAULTS.windowNs / HOUR_NS,
  marginPercent: PLAN_DEFAULTS.marginPpm / PPM_PER_PERCENT,
};

export function settingsFrom(form: PlanForm, cluster: string): PlanSettings {
  return {
    ...{ cluster, hostsAtOnce: form.hostsAtOnce },
    workNs: Math.round(form.workMinutes * MINUTE_NS),
    startNs: Math.round(form.startMinutes * MINUTE_NS),
    windowNs: Math.round(form.windowHours * HOUR_NS),
    marginPpm: Math.round(form.marginPercent * PPM_PER_PERCENT),
  };
}

interface Made {
  readonly plan: RollingPlan;
  /** What it was made for; anything but other actions makes it stale. */
  readonly of: Scenario;
}

export class ClusterDesk {
  form = $state.raw<PlanForm>(PLAIN);
  problems = $state.raw<readonly Problem[]>([]);
  #cluster = $state('');
  #host = $state('');
  #made = $state.raw<Made | null>(null);

  constructor(readonly session: Session) {}

  /** The one somebody chose, as long as there is such a one; else the first. */
  get cluster(): string {
    const { clusters } = this.session.scenario;
    return clusters.some(({ id }) => id === this.#cluster) ? this.#cluster : (clusters[0]?.id ?? '');
  }
  set cluster(id: string) {
    this.#cluster = id;
    this.#made = null;
  }

  /** The host to be looked at before it is entered; empty: none was chosen. @param expanded: no groups. */
  hostIn(expanded: Scenario): string {
    return expanded.hosts.some(({ id, cluster }) => id === this.#host && cluster === this.cluster)
      ? this.#host
      : '';
  }
  choose(host: string): void {
    this.#host = host;
  }

  /** Null where none was made for the datacenter as it is now. */
  get plan(): RollingPlan | null {
    const made = this.#made;
    return made && isAlike(made.of, this.session.scenario) ? made.plan : null;
  }

  /** There was one, for a datacenter that has changed since. */
  get isStale(): boolean {
    return this.#made !== null && this.plan === null;
  }

  /** @param expanded the session's scenario without groups. */
  makePlan(expanded: Scenario): void {
    const settings = settingsFrom(this.form, this.cluster);
    this.problems = planProblems(expanded, settings);
    this.#made =
      this.problems.length > 0 ? null : { plan: planRolling(expanded, settings), of: this.session.scenario };
  }

  /** The plan becomes what the scenario asks for: one step of undo. */
  ask(expanded: Scenario): void {
    if (this.plan) this.session.change(withPlan(this.session.scenario, expanded.hosts, this.plan));
  }

  /** What the scenario asks for of maintenance is this very plan. */
  isAsked(expanded: Scenario): boolean {
    const asked = this.session.scenario.actions.filter(isMaintenance);
    return (
      this.plan !== null && JSON.stringify(asked) === JSON.stringify(planActions(expanded.hosts, this.plan))
    );
  }
}

const isMaintenance = ({ kind }: Action): boolean =>
  kind === 'enter-maintenance' || kind === 'exit-maintenance';

/** The same datacenter, whatever is asked of it: edits keep the parts they do not touch. */
function isAlike(a: Scenario, b: Scenario): boolean {
  return (Object.keys(a) as (keyof Scenario)[]).every((key) => key === 'actions' || a[key] === b[key]);
}

const desks = new WeakMap<Session, ClusterDesk>();

export function deskOf(session: Session): ClusterDesk {
  const known = desks.get(session);
  if (known) return known;
  const made = new ClusterDesk(session);
  desks.set(session, made);
  return made;
}
