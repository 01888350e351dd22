/**
 * The command line: `npm run --silent validate:qemu -- FILE.jsonl [--json] [--compact OUT]`. Replays measured QEMU migrations and
 * holds the prediction against the measurement. Exit code 0: predicted. 2: the arguments or the file are wrong.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fail, ok, type Problem, type Result } from '../base/result.ts';
import { predictAll } from '../sim/qemu/predict.ts';
import { summarise, type RunResult } from '../sim/qemu/summary.ts';
import { compactText, tableText } from './validate-qemu-text.ts';

const USAGE = `usage: npm run --silent validate:qemu -- FILE.jsonl [--json] [--compact OUT]

FILE.jsonl has one measured migration a line; outcomes may be missing.

  --json         one JSON line per record, last a summary line
  --compact OUT  also write the compact form of the Validation view to OUT
  --help         this text
`;

interface Request {
  readonly file: string | null;
  readonly json: boolean;
  readonly compact: string | null;
}

const wrong = (message: string, path = ''): Problem => ({ code: 'cli', message, path });

function parseArguments(args: readonly string[]): Result<Request, Problem[]> {
  const rest = [...args];
  const at = rest.indexOf('--compact');
  const compact = at < 0 ? null : (rest.splice(at, 2)[1] ?? '');
  if (compact === '') return fail([wrong('--compact needs the name of a file to write.')]);
  const unknown = rest.filter((arg) => arg.startsWith('-') && !['--json', '--help'].includes(arg));
  if (unknown.length > 0) return fail(unknown.map((flag) => wrong(`There is no option ${flag}.`)));
  if (rest.includes('--help')) return ok({ file: null, json: false, compact: null });
  const files = rest.filter((arg) => !arg.startsWith('-'));
  if (files.length !== 1) return fail([wrong(`Name one file of records, not ${files.length}.`)]);
  return ok({ file: files[0]!, json: rest.includes('--json'), compact });
}

/** npm changes to the folder of the package, and keeps the one the user is in. */
function fromUser(name: string): string {
  return resolve(process.env['INIT_CWD'] ?? '.', name);
}

function readText(name: string): Result<string, Problem[]> {
  const path = existsSync(fromUser(name)) ? fromUser(name) : name;
  try {
    return ok(readFileSync(path, 'utf8'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return fail([wrong(`"${name}" cannot be read (${code ?? String(error)}).`)]);
  }
}

function jsonText(runs: readonly RunResult[]): string {
  const lines = runs.map(({ id, repeat, kind, predicted, measured }) =>
    JSON.stringify({ id, repeat, kind, predicted, ...(measured ? { measured } : {}) }),
  );
  return `${[...lines, JSON.stringify(summarise(runs))].join('\n')}\n`;
}

function main(): void {
  const request = parseArguments(process.argv.slice(2));
  if (!request.ok) return report(request.error);
  const { file, json, compact } = request.value;
  if (file === null) return void process.stdout.write(USAGE);
  const text = readText(file);
  if (!text.ok) return report(text.error);
  const { runs, problems } = predictAll(text.value);
  if (runs.length > 0) process.stdout.write(json ? jsonText(runs) : tableText(runs));
  if (compact !== null) writeFileSync(fromUser(compact), compactText(runs));
  report(problems);
}

/** The exit code is set, not forced: what was written to a pipe has to leave first. */
function report(problems: readonly Problem[]): void {
  for (const { path, message } of problems) process.stderr.write(`${path ? `${path}: ` : ''}${message}\n`);
  if (problems.length > 0) process.exitCode = 2;
}

main();
