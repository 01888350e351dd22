/** What pages ask of maintenance that has not happened yet. */
export { Inventory } from '../sim/requirements/index.ts';
export {
  comparePlan,
  preFlight,
  type LeftOut,
  type LineLoad,
  type PlanStep,
  type PreFlight,
  type RollingPlan,
  type Staying,
  type StepComparison,
} from '../sim/maintenance-plan/index.ts';
export { Lines } from '../sim/fleet/lines.ts';
