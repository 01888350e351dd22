/**
 * Runs a scenario in virtual time: the same scenario gives the same events on every machine. A generator, so that whoever drives
 * it decides when to look, draw or stop; it never asks for the time of day.
 */
import { assert } from '../base/result.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { DataPlane } from './data-plane.ts';
import { Migration } from './migration.ts';
import { Recorder } from './recorder.ts';
import type { MigrationReport, PlannedMigration, RunBatch, RunReport } from './run-log.ts';

/**
 * One migration after the other; a request that comes while another is under way waits for it.
 * Yields what happened since the last yield; returns the report. May throw ProblemError `memory.refused` from the data plane.
 */
export function* simulate(
  scenario: Scenario,
  migrations: readonly PlannedMigration[],
  plane: DataPlane,
): Generator<RunBatch, RunReport> {
  const out = new Recorder(scenario, (index) => (migrations[index] as PlannedMigration).vm);
  const place = new Map(scenario.vms.map((vm) => [vm.id, vm.host]));
  const reports: MigrationReport[] = [];
  let freeNs = 0;
  for (const planned of migrations) expectRequest(scenario, planned, out);
  for (const planned of migrations) {
    const vm = scenario.vms.find((one) => one.id === planned.vm);
    assert(vm, 'a planned VM is in the scenario');
    out.begin(planned.index);
    const startNs = Math.max(freeNs, planned.requestedNs);
    const migration = new Migration(scenario, vm, planned, plane, out, place.get(vm.id) as string, startNs);
    const run = migration.run();
    try {
      let step = run.next();
      for (; !step.done; step = run.next())
        if (step.value === 'look') yield out.drain(share(planned.index, migration, migrations.length));
      reports.push(step.value);
    } finally {
      // A run that is dropped half way gives its memory back.
      run.return(undefined as never);
    }
    place.set(vm.id, migration.endsOn);
    freeNs = migration.nowNs;
  }
  yield out.drain(1);
  return runReport(scenario, reports, out);
}

function expectRequest(scenario: Scenario, planned: PlannedMigration, out: Recorder): void {
  const memoryBytes = scenario.vms.find((vm) => vm.id === planned.vm)?.memoryBytes ?? 0;
  out.expect(planned.requestedNs, planned.index, {
    memoryBytes,
    usedBytes: planned.usedBytes,
    pages: planned.pageCount,
  });
}

/** How much of the run is done, from the estimate of the migration under way. */
function share(index: number, migration: Migration, of: number): number {
  return (index + migration.doneShare) / of;
}

/** The top level mirrors the only migration; of several it mirrors the last, with sums where sums make sense. */
function runReport(scenario: Scenario, reports: MigrationReport[], out: Recorder): RunReport {
  const last = reports[reports.length - 1];
  assert(last, 'a run has at least one migration');
  const { vm: _vm, sourceHost: _source, targetHost: _target, ...top } = last;
  const worst = reports.find((report) => report.outcome !== 'completed');
  return {
    ...top,
    scenario: scenario.title,
    outcome: worst ? worst.outcome : 'completed',
    verified: reports.some((report) => report.verified === false) ? false : last.verified,
    wireBytes: sum(reports, (report) => report.wireBytes),
    pagesSent: sum(reports, (report) => report.pagesSent),
    downtimeNs: sum(reports, (report) => report.downtimeNs),
    migrations: reports,
    logHash: out.logHash,
    events: out.events,
  };
}

function sum(reports: readonly MigrationReport[], of: (report: MigrationReport) => number): number {
  return reports.reduce((total, report) => total + of(report), 0);
}
