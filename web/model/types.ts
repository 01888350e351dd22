/** Types of the layers below that views name. */
export type { Problem } from '../base/result.ts';
export type { FleetLine } from '../sim/fleet/fleet-log.ts';
export type { Scenario } from '../scenario/schema.ts';
export type { EstimateNumbers } from '../sim/events.ts';
export type { MigrationReport, RunLog, RunReport } from '../sim/run-log.ts';
