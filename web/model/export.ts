/** A run as text for other programs: sentences, tables for a spreadsheet, everything as JSON. */
import { formatClock } from '../scenario/quantity.ts';
import type { RunLog } from '../sim/run-log.ts';
import { feedLine } from './feed.ts';

export function logText(log: RunLog): string {
  const lines = log.events.flatMap((event) => {
    const migration = log.migrations[event.migration];
    if (!migration) return [];
    const { clock, strong, text } = feedLine(event, migration);
    return `[${clock}] ${strong === '' ? text : `${strong} ${text}`}`;
  });
  return `${log.scenario.title}\n${lines.join('\n')}\n`;
}

export type Cell = string | number;

/** One row for each round of each migration; the stun is its last. */
export function roundsCsv(log: RunLog): string {
  const head = [
    'vm',
    'round',
    'stun',
    'start_ns',
    'end_ns',
    'dirty_pages',
    'sent_pages',
    'zero_pages',
    'delta_pages',
    'wire_bytes',
    'reason',
  ];
  const rows = (log.report?.migrations ?? []).flatMap((report) =>
    [...report.rounds, ...(report.stun ? [report.stun] : [])].map((round): Cell[] => [
      report.vm,
      round.round,
      round === report.stun ? 1 : 0,
      round.startNs,
      round.endNs,
      round.dirtyPages,
      round.sentPages,
      round.zeroPages,
      round.deltaPages,
      round.wireBytes,
      round.reason,
    ]),
  );
  return csv([head, ...rows]);
}

export function eventsCsv(log: RunLog): string {
  const head = ['seq', 'at_ns', 'clock', 'vm', 'code', 'numbers', 'sentence'];
  const rows = log.events.map((event): Cell[] => {
    const migration = log.migrations[event.migration];
    const line = migration ? feedLine(event, migration) : null;
    const numbers = Object.entries(event.n)
      .map(([name, value]) => `${name}=${value}`)
      .join(' ');
    const sentence = line ? `${line.strong} ${line.text}`.trim() : '';
    return [
      event.seq,
      event.atNs,
      formatClock(event.atNs),
      migration?.vm ?? '',
      event.code,
      numbers,
      sentence,
    ];
  });
  return csv([head, ...rows]);
}

/** RFC 4180: CRLF, quotes doubled. */
export function csv(rows: readonly (readonly Cell[])[]): string {
  return rows.map((row) => row.map(cell).join(',')).join('\r\n') + '\r\n';
}

/** A spreadsheet would compute a text that begins like a formula; an apostrophe before it makes it text. */
export function cell(value: Cell): string {
  if (typeof value === 'number') return String(value);
  const harmless = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n']/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** Everything but the frames, which are large and follow from the scenario. */
export function runJson(log: RunLog): string {
  const { scenario, migrations, events, service, report } = log;
  return `${JSON.stringify({ format: 'vmotion-run', version: 1, scenario, migrations, events, service, report }, null, 2)}\n`;
}

export function exportName({ scenario }: Pick<RunLog, 'scenario'>, what: string, extension: string): string {
  const title = scenario.title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return `${title || 'run'}-${what}.${extension}`;
}
