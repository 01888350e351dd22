/**
 * The command line: `npm run --silent validate:published [-- --json]`. Published figures against computed ones. Exit code 0: every
 * figure that should hold does; 1: one does not; 2: the arguments are wrong.
 */
import { NOT_REPRODUCIBLE, publishedChecks, type PublishedCheck } from '../sim/published/index.ts';

const USAGE = `usage: npm run --silent validate:published [-- --json]

  --json   one JSON line for each figure
`;

function line(check: PublishedCheck): string {
  const round = (value: number) => Number(value.toPrecision(7));
  const { id, title, unit, source } = check;
  const numbers = `computed ${round(check.computed)}, published ${round(check.published)} (+- ${round(check.tolerance)})`;
  return `${check.ok ? 'ok    ' : 'NOT OK'}  ${id}: ${title}: ${numbers}${unit ? ` ${unit}` : ''}  [${source}]`;
}

function report(json: boolean): number {
  const checks = publishedChecks();
  const failed = checks.filter((check) => !check.ok).length;
  const lines = json
    ? [...checks, ...NOT_REPRODUCIBLE.map((one) => ({ ...one, ok: null }))].map((one) => JSON.stringify(one))
    : [
        ...checks.map(line),
        '',
        'Not reproducible:',
        ...NOT_REPRODUCIBLE.map((one) => `  ${one.id}: ${one.title}: ${one.reason}  [${one.source}]`),
        '',
        `${checks.length - failed} of ${checks.length} hold`,
      ];
  process.stdout.write(`${lines.join('\n')}\n`);
  return failed > 0 ? 1 : 0;
}

const args = process.argv.slice(2);
const unknown = args.filter((arg) => !['--json', '--help'].includes(arg));
if (unknown.length > 0) {
  process.stderr.write(`There is no option ${unknown[0]}.\n${USAGE}`);
  process.exitCode = 2;
} else if (args.includes('--help')) process.stdout.write(USAGE);
else process.exitCode = report(args.includes('--json'));
