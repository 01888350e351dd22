/** A maintenance plan and a pre-flight as tables for a spreadsheet: RFC 4180, a header with units, integers as the engine has them. */
import { formatClock } from '../scenario/quantity.ts';
import type { Scenario } from '../scenario/schema.ts';
import type {
  LeftOut,
  PlanStep,
  PreFlight,
  RollingPlan,
  StepComparison,
} from '../sim/maintenance-plan/index.ts';
import { csv, type Cell } from './export.ts';
import { leftOutText, whyStaysText } from './plan-words.ts';

const PLAN_HEAD = [
  ...['step', 'host', 'enter_ns', 'enter_clock', 'predicted_empty_ns', 'predicted_empty_clock'],
  ...['work_from_ns', 'work_from_clock', 'exit_ns', 'exit_clock', 'vms', 'predicted_wire_bytes'],
  ...['predicted_longest_stun_ns', 'step_predicted_emptying_ns', 'step_simulated_emptying_ns'],
  ...['step_simulated_wire_bytes', 'step_simulated_longest_stun_ns', 'step_not_moved', 'not_planned_because'],
];

/** One row for each host; what is about the whole step stands in each of its rows. */
export function planCsv(
  scenario: Scenario,
  { steps, leftOut }: RollingPlan,
  compared: readonly StepComparison[],
): string {
  const rows = steps.flatMap((step, at) =>
    step.hosts.map((host) => plannedRow(scenario, step, at, host, compared[at])),
  );
  return csv([PLAN_HEAD, ...rows, ...leftOut.map((one) => leftOutRow(scenario, one))]);
}

const instants = (...all: readonly number[]): Cell[] => all.flatMap((ns) => [ns, formatClock(ns)]);

function plannedRow(
  scenario: Scenario,
  step: PlanStep,
  at: number,
  host: number,
  compared: StepComparison | undefined,
): Cell[] {
  const moves = step.preFlight.forecast.moves.filter(({ source }) => source === host);
  const emptyNs = step.enterNs + moves.reduce((most, { endNs }) => Math.max(most, endNs), 0);
  const simulated = compared?.simulated;
  return [
    ...[at + 1, scenario.hosts[host]?.id ?? ''],
    ...instants(step.enterNs, emptyNs, step.workFromNs, step.exitNs),
    moves.length,
    moves.reduce((sum, { wireBytes }) => sum + wireBytes, 0),
    moves.reduce((most, { downtimeNs }) => Math.max(most, downtimeNs), 0),
    step.emptyNs - step.enterNs,
    ...[simulated?.emptyingNs ?? '', simulated?.wireBytes ?? '', simulated?.longestDowntimeNs ?? ''],
    ...[compared?.notMoved ?? '', ''],
  ];
}

function leftOutRow(scenario: Scenario, one: LeftOut): Cell[] {
  const empty = new Array<Cell>(PLAN_HEAD.length - 3).fill('');
  return ['', scenario.hosts[one.host]?.id ?? '', ...empty, leftOutText(scenario, one)];
}

const FLIGHT_HEAD = [
  ...['vm', 'from', 'to', 'predicted_start_ns', 'predicted_end_ns', 'predicted_wire_bytes'],
  ...['predicted_stun_ns', 'cannot_leave_because'],
];

/** One row for each VM of the host. */
export function preFlightCsv(scenario: Scenario, { forecast, staying }: PreFlight): string {
  const host = (index: number) => scenario.hosts[index]?.id ?? '';
  const rows = forecast.moves.map((move): Cell[] => [
    ...[scenario.vms[move.vm]?.id ?? '', host(move.source), host(move.target), move.startNs, move.endNs],
    ...[move.wireBytes, move.downtimeNs, move.converges ? '' : GIVEN_UP],
  ]);
  const held = staying.map((one): Cell[] => [
    ...[scenario.vms[one.vm]?.id ?? '', host(one.host), '', '', '', '', '', whyStaysText(scenario, one)],
  ]);
  return csv([FLIGHT_HEAD, ...rows, ...held]);
}

const GIVEN_UP = 'it writes faster than its memory can be sent';
