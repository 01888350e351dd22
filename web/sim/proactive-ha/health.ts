/** What health providers say of a host: the state of its parts over time, and the worst of them, which is what counts. */
import type { Ns } from '../../base/units.ts';
import { HEALTH_PARTS, HEALTH_STATES } from '../../scenario/choices.ts';
import type { Scenario } from '../../scenario/schema.ts';

export type HealthState = (typeof HEALTH_STATES)[number];
export type HealthPart = (typeof HEALTH_PARTS)[number];

/** One state for each part; a part nobody reports on is healthy. */
export type Health = Readonly<Record<HealthPart, HealthState>>;

/** The health of a host at an instant: as the scenario describes it, and every report up to then. */
export function healthAt(scenario: Scenario, hostId: string, atNs: Ns): Health {
  const health = Object.fromEntries(HEALTH_PARTS.map((part) => [part, 'healthy'])) as Record<
    HealthPart,
    HealthState
  >;
  for (const { part, state } of scenario.hosts.find(({ id }) => id === hostId)?.health ?? [])
    health[part] = state;
  const reports = scenario.actions
    .filter((one) => one.kind === 'health')
    .filter((one) => one.host === hostId && one.atNs <= atNs)
    .sort((a, b) => a.atNs - b.atNs);
  for (const { part, state } of reports) health[part] = state;
  return health;
}

/** A host is as healthy as its worst part. */
export function worstOf(health: Health): HealthState {
  const worst = Math.max(...HEALTH_PARTS.map((part) => HEALTH_STATES.indexOf(health[part])));
  return HEALTH_STATES[worst] as HealthState;
}
