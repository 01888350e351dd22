/** Types and names of the layers below that views use. */
export type { Problem } from '../base/result.ts';
export type { FleetLine } from '../sim/fleet/fleet-log.ts';
export type { FaultAction, Scenario } from '../scenario/schema.ts';
export { CPU_GENERATIONS, ESX_VERSIONS, LICENCES } from '../scenario/choices.ts';
export type { EstimateNumbers } from '../sim/events.ts';
export type { MigrationReport, RunLog, RunReport } from '../sim/run-log.ts';
