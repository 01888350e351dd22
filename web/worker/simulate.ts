/**
 * The command line: `npm run --silent simulate -- database --json`. The answer and nothing else goes to stdout, so that it can
 * be piped; what is wrong goes to stderr. Exit code 0: simulated, whatever the outcome. 1: a defect of ours. 2: the arguments or the
 * file are wrong, or ask for more than this machine gives.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { fail, ok, type Problem, type Result } from '../base/result.ts';
import { checkFileSize, openScenarioFile } from '../scenario/file.ts';
import { ALL_PRESETS, findPreset } from '../scenario/presets/index.ts';
import type { Scenario } from '../scenario/schema.ts';
import { fleetHash } from '../sim/fleet/ledger.ts';
import { isDatacenter } from '../sim/which-engine.ts';
import { fleetText } from './fleet-text.ts';
import { simulateFleetHeadless, simulateHeadless } from './headless.ts';
import { ENGINE_CRASHED } from './protocol.ts';
import { reportText } from './report-text.ts';

const USAGE = `usage: npm run --silent simulate -- SCENARIO [--json]
       npm run --silent simulate -- --list [--json]

SCENARIO is the id of a preset or a scenario file (.vmotion.json).

  --list   the presets, an id and a title each
  --json   one JSON document instead of a report for people
  --help   this text
`;

const FLAGS = ['--list', '--json', '--help'] as const;

interface Request {
  readonly name: string | null;
  readonly flags: ReadonlySet<string>;
}

async function main(args: readonly string[]): Promise<Result<string, Problem[]>> {
  const asked = parseArguments(args);
  if (!asked.ok) return asked;
  const { name, flags } = asked.value;
  const json = flags.has('--json');
  if (flags.has('--help')) return ok(USAGE);
  if (flags.has('--list')) return ok(presetList(json));
  const scenario = loadScenario(name!);
  if (!scenario.ok) return scenario;
  if (isDatacenter(scenario.value)) return simulateFleet(name, scenario.value, json);
  const run = await simulateHeadless(scenario.value);
  if (!run.ok) return run;
  const { scenario: title, ...report } = run.value.report;
  return ok(json ? document({ scenario: name, title, ...report }) : reportText(run.value));
}

/** A datacenter: its tasks, and the fingerprint of all events. */
async function simulateFleet(
  name: string | null,
  scenario: Scenario,
  json: boolean,
): Promise<Result<string, Problem[]>> {
  const run = await simulateFleetHeadless(scenario);
  if (!run.ok) return run;
  const { report, events } = run.value;
  const logHash = fleetHash(events);
  return ok(
    json
      ? document({ scenario: name, title: scenario.title, ...report, logHash })
      : fleetText(scenario, report, logHash),
  );
}

function parseArguments(args: readonly string[]): Result<Request, Problem[]> {
  const flags = new Set(args.filter((arg) => arg.startsWith('-')));
  const names = args.filter((arg) => !arg.startsWith('-'));
  const unknown = [...flags].filter((flag) => !(FLAGS as readonly string[]).includes(flag));
  if (unknown.length > 0) return wrong(unknown.map((flag) => `There is no option ${flag}.`));
  if (flags.has('--help')) return ok({ name: null, flags });
  if (flags.has('--list') && names.length > 0)
    return wrong([`--list takes no scenario, but got "${names[0]}".`]);
  if (!flags.has('--list') && names.length === 0)
    return wrong(['Name a preset or a scenario file; --list shows the presets.']);
  if (names.length > 1)
    return wrong([`One scenario at a time, but got ${names.map((name) => `"${name}"`).join(', ')}.`]);
  return ok({ name: names[0] ?? null, flags });
}

function loadScenario(name: string): Result<Scenario, Problem[]> {
  const preset = findPreset(name);
  return preset ? ok(preset.scenario) : readScenario(name);
}

function readScenario(name: string): Result<Scenario, Problem[]> {
  try {
    const file = fileNamed(name);
    const about = statSync(file);
    // A device or a pipe has no size and may have no end; a folder is told apart when it is read.
    if (!about.isFile() && !about.isDirectory()) return wrong([`"${name}" is not a file.`]);
    const tooBig = checkFileSize(about.size);
    return tooBig ? fail([tooBig]) : openScenarioFile(readFileSync(file, 'utf8'));
  } catch (error) {
    return wrong([unreadable(name, (error as NodeJS.ErrnoException).code ?? String(error))]);
  }
}

/** npm changes to the folder of the package, and keeps the one the user is in. */
function fileNamed(name: string): string {
  const fromUser = resolve(process.env['INIT_CWD'] ?? '.', name);
  return existsSync(name) || !existsSync(fromUser) ? name : fromUser;
}

function unreadable(name: string, code: string): string {
  if (code === 'ENOENT') return `"${name}" is neither a preset (--list shows them) nor a file.`;
  if (code === 'EISDIR') return `"${name}" is a folder; name a scenario file.`;
  if (code === 'EACCES') return `"${name}" cannot be read: permission denied.`;
  return `"${name}" cannot be read (${code}).`;
}

function presetList(json: boolean): string {
  const presets = ALL_PRESETS;
  if (json) return document(presets.map(({ id, title, summary }) => ({ id, title, summary })));
  const width = Math.max(...presets.map((preset) => preset.id.length));
  return presets.map((preset) => `${preset.id.padEnd(width)}  ${preset.title}\n`).join('');
}

const document = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
const wrong = (messages: readonly string[]) =>
  fail(messages.map((message) => ({ code: 'cli', message, path: '' })));

/** Names and titles are the file's; what would steer a terminal is shown as what it is. */
function printable(text: string): string {
  return text.replace(
    /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The exit code is set, not forced: what was written to a pipe has to leave first. */
const answer = await main(process.argv.slice(2));
if (answer.ok) process.stdout.write(printable(answer.value));
else {
  for (const { path, message } of answer.error)
    process.stderr.write(`${printable(path ? `${path}: ${message}` : message)}\n`);
  process.exitCode = answer.error.some((one) => one.code === ENGINE_CRASHED) ? 1 : 2;
}
