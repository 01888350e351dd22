/** A run for people who read it in a terminal: what happened, why, how good the prediction was, and what proves it. */
import { formatBytes, formatClock, formatCount, formatDuration } from '../scenario/quantity.ts';
import type { EventCode, SimEvent } from '../sim/events.ts';
import type { DowntimePart, MigrationReport, RoundRecord, RunLog, RunReport } from '../sim/run-log.ts';
import { sentence } from '../sim/sentences.ts';

export type FinishedRun = Pick<RunLog, 'events'> & { readonly report: RunReport };

export function reportText({ report, events }: FinishedRun): string {
  const log = `Log ${report.logHash}: ${formatCount(report.events)} events. The same scenario gives the same log on every machine.`;
  const migrations = report.migrations.map((one, index) =>
    migrationText(
      one,
      events.filter((event) => event.migration === index),
    ),
  );
  return [report.scenario, ...migrations, log].join('\n\n') + '\n';
}

function migrationText(one: MigrationReport, events: readonly SimEvent[]): string {
  const sections = [headline(one, events)];
  if (one.rounds.length > 0) sections.push(`Rounds\n${roundsTable(one)}`);
  sections.push(`Decisions\n${decisions(one, events)}`);
  if (one.downtimeParts.length > 0)
    sections.push(`Downtime, ${formatDuration(one.downtimeNs)}\n${downtimeTable(one.downtimeParts)}`);
  if (one.predicted) sections.push(`Prediction, made before the first page left\n${predictionTable(one)}`);
  sections.push(`Proof\n  ${proof(one, events)}`, `Client\n  ${client(one)}`);
  return sections.join('\n\n');
}

/** The event that ends a migration says how it went. */
function headline(one: MigrationReport, events: readonly SimEvent[]): string {
  const end = events.find((event) => event.code === one.outcome);
  return `${one.vm} from ${one.sourceHost} to ${one.targetHost}. ${end ? said(end, one) : ''}`.trimEnd();
}

function said(event: SimEvent, names: MigrationReport): string {
  const { strong, text } = sentence(event, names);
  return strong ? `${strong} ${text}` : text;
}

const DECISIVE: ReadonlySet<EventCode> = new Set<EventCode>([
  'check-failed',
  'checks-passed',
  'round-ended',
  'sdps-set',
  'stunned',
  'resumed',
  'client-back',
  'cancel-requested',
]);

function decisions(one: MigrationReport, events: readonly SimEvent[]): string {
  const rows = events
    .filter((event) => DECISIVE.has(event.code))
    .map((event) => [formatClock(event.atNs), said(event, one)]);
  return rows.length > 0 ? table(rows, [0]) : '  None was needed.';
}

function roundsTable(one: MigrationReport): string {
  const header = ['round', 'to send', 'sent', 'zero', 'delta', 'wire', 'time', ''];
  const rows = one.rounds.map((round) => [...roundCells(String(round.round), round), round.reason]);
  if (one.stun) rows.push([...roundCells('stun', one.stun), '']);
  return table([header, ...rows], [1, 2, 3, 4, 5, 6]);
}

function roundCells(name: string, round: RoundRecord): string[] {
  const pages = [round.dirtyPages, round.sentPages, round.zeroPages, round.deltaPages].map(formatCount);
  return [name, ...pages, formatBytes(round.wireBytes), formatDuration(round.endNs - round.startNs)];
}

const PART_NAMES: Record<DowntimePart['part'], string> = {
  stop: 'stop the vCPUs',
  bitmap: 'send the dirty bitmap',
  'last-pages': 'send the last pages',
  'device-state': 'send vCPUs and devices',
  resume: 'move the lock, resume',
};

function downtimeTable(parts: readonly DowntimePart[]): string {
  const rows = parts.map((part) => [
    PART_NAMES[part.part],
    formatDuration(part.durationNs),
    part.bytes > 0 ? formatBytes(part.bytes) : '',
  ]);
  return table(rows, [1, 2]);
}

function predictionTable(one: MigrationReport): string {
  const said = one.predicted!;
  const row = (
    name: string,
    format: (value: number) => string,
    values: [number, number, number],
    was: number,
  ) => [name, format(values[0]), `${format(values[1])} to ${format(values[2])}`, format(was)];
  const endsAt = (moved: boolean) => (moved ? one.targetHost : one.sourceHost);
  const rows = [
    ['', 'predicted', 'between', 'was'],
    row('total time', formatDuration, [said.totalNs, said.totalLowNs, said.totalHighNs], one.totalNs),
    row(
      'downtime',
      formatDuration,
      [said.downtimeNs, said.downtimeLowNs, said.downtimeHighNs],
      one.downtimeNs,
    ),
    ['network gap', formatDuration(said.networkGapNs), '', formatDuration(one.networkGapNs)],
    row('wire', formatBytes, [said.wireBytes, said.wireLowBytes, said.wireHighBytes], one.wireBytes),
    row('rounds', formatCount, [said.rounds, said.roundsLow, said.roundsHigh], one.rounds.length),
    ['ends at', endsAt(said.converges === 1), '', endsAt(one.outcome === 'completed')],
  ];
  return table(rows, [1, 2, 3]);
}

function proof(one: MigrationReport, events: readonly SimEvent[]): string {
  const verified = events.find((event) => event.code === 'verified');
  if (!verified) return `There is nothing to prove: ${one.vm} never left ${one.sourceHost}.`;
  const { strong, text, tone } = sentence(verified, one);
  const hashes =
    one.sourceHash && one.targetHash ? `\n  source ${one.sourceHash}\n  target ${one.targetHash}` : '';
  return (tone === 'bad' ? `${strong} ${text}` : text) + hashes;
}

function client({ client: seen }: MigrationReport): string {
  const pings = `${formatCount(seen.lostPings)} of ${formatCount(seen.pings)} pings lost.`;
  const work = `${formatCount(seen.acknowledged)} transactions answered, ${formatCount(seen.lost)} lost, ${formatCount(seen.twice)} executed twice.`;
  const again = `${formatCount(seen.retransmissions)} requests sent again, ${formatCount(seen.duplicatesSuppressed)} of them executed already and only answered again.`;
  return [pings, work, again].join('\n  ');
}

/** Columns as wide as their widest cell; those in `right` end on one line, as numbers do. */
function table(rows: readonly (readonly string[])[], right: readonly number[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const pad = (cell: string, column: number) =>
    right.includes(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!);
  return rows.map((row) => `  ${row.map(pad).join('  ')}`.trimEnd()).join('\n');
}
