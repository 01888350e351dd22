/** Predictions against measurements as a table for people, and as the compact file the page carries. */
import { summarise, type ErrorSpread, type RunResult } from '../sim/qemu/summary.ts';

const COLUMNS = ['totalMs', 'downtimeMs', 'stopToResumeMs', 'transferred', 'syncs'] as const;

function cell(run: RunResult, column: (typeof COLUMNS)[number]): string {
  const predicted = run.predicted[column];
  const measured = run.measured ? run.measured[column] : null;
  return `${predicted ?? '-'} / ${measured ?? '-'}`;
}

function row(run: RunResult): string[] {
  const outcome = `${run.predicted.outcome} / ${run.measured?.outcome ?? '-'}`;
  const name = `${String(run.id)} ${String(run.repeat)}${run.disturbed ? ' (disturbed)' : ''}`;
  return [printable(name), outcome, ...COLUMNS.map((column) => cell(run, column))];
}

/** Names are the file's; what would steer a terminal is left out. */
const printable = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ');

const percent = (value: number | null): string => (value === null ? '-' : `${(value * 100).toFixed(2)} %`);
const relative = ({ medianError, p90Error }: ErrorSpread): string =>
  `median ${percent(medianError)}, 90 % below ${percent(p90Error)}`;

function summaryText(runs: readonly RunResult[]): string {
  const summary = summarise(runs);
  const { medianError, p90Error } = summary.downtimeMs;
  return [
    '',
    `${summary.runs} undisturbed runs without compress`,
    `outcome right       ${percent(summary.outcomeAgreement)}`,
    `total time          ${relative(summary.totalTime)}`,
    `transferred         ${relative(summary.transferred)}`,
    `syncs               ${percent(summary.syncs.exact)} exact, ${percent(summary.syncs.withinOne)} within one`,
    `downtime, loopback  median ${medianError ?? '-'} ms, 90 % below ${p90Error ?? '-'} ms`,
    `link, stop-resume   ${relative(summary.linkStopToResume)}`,
    '',
  ].join('\n');
}

export function tableText(runs: readonly RunResult[]): string {
  const head = ['run', 'outcome', 'total ms', 'downtime ms', 'stop-resume ms', 'bytes', 'syncs'];
  const rows = [head, ...runs.map(row)];
  const widths = head.map((_, column) => Math.max(...rows.map((cells) => cells[column]!.length)));
  const lines = rows.map((cells) =>
    cells
      .map((text, column) => text.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
  return `predicted / measured\n${lines.join('\n')}\n${summaryText(runs)}`;
}

const FIELDS = [...COLUMNS, 'outcome'] as const;

/** One short row a run, with the names of its columns, sorted by kind, id and repeat. */
export function compactText(runs: readonly RunResult[]): string {
  const rows = runs
    .filter((run) => run.measured)
    .map((run) => {
      const both = FIELDS.flatMap((field) => [run.predicted[field], run.measured![field]]);
      return JSON.stringify([run.id, run.repeat, run.kind, run.qemu, run.disturbed ? 1 : 0, ...both]);
    });
  const columns = ['id', 'repeat', 'kind', 'qemu', 'disturbed'];
  const pairs = FIELDS.flatMap((field) => [`predicted.${field}`, `measured.${field}`]);
  const summary = JSON.stringify(summarise(runs));
  return `{"columns":${JSON.stringify([...columns, ...pairs])},\n"summary":${summary},\n"rows":[\n${rows.sort().join(',\n')}\n]}\n`;
}
