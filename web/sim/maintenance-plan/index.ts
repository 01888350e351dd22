/** Maintenance thought through before anybody enters a host: one host, a whole cluster, and what was predicted held against a run. */
export { planActions, withPlan } from './as-actions.ts';
export { comparePlan, type Amounts, type StepComparison } from './compare.ts';
export type { Forecast, ForecastMove, LineLoad } from './forecast.ts';
export { preFlight, type PreFlight } from './pre-flight.ts';
export {
  PLAN_DEFAULTS,
  planProblems,
  planRolling,
  type LeftOut,
  type PlanSettings,
  type PlanStep,
  type RollingPlan,
} from './rolling.ts';
export type { Leaving, Staying } from './site.ts';
export type { HostSays } from './why-stays.ts';
