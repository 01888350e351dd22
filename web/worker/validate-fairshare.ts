/**
 * The command line: `npm run --silent validate:fairshare -- FILE.jsonl`. Prints a JSON line for each case and one verdict on stdout;
 * what is wrong goes to stderr. Exit code 0: all cases were played, whatever the error. 2: the arguments or the file are wrong;
 * nothing is on stdout then.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { fail, ok, type Problem, type Result } from '../base/result.ts';
import { parseCases } from '../sim/network/case-file.ts';
import { validateCases } from '../sim/network/validate.ts';

const USAGE = `usage: npm run --silent validate:fairshare -- FILE.jsonl

Plays each case of max-min fair sharing, one JSON object a line:
  id                  optional; the index of the case where it is missing
  linkBytesPerSecond  capacity of each link
  flows               { startSeconds, bytes, capBytesPerSecond or null, links: [indexes] }
  finishSeconds       optional: what is expected, in flow order
Prints {"id","finishSeconds"} for each, null for a flow that never ends, then {"cases","flows","worstRelativeError"}.
`;

/** A text longer than this is none V8 can hold in one string everywhere. */
const MOST_BYTES = 256 * 1024 * 1024;
const MOST_PROBLEMS = 20;

function main(args: readonly string[]): Result<string, Problem[]> {
  if (args.includes('--help')) return ok(USAGE);
  const [name, ...more] = args;
  if (name === undefined || more.length > 0) return wrong(`Name one file.\n${USAGE}`);
  const text = readCases(name);
  if (!text.ok) return text;
  const cases = parseCases(text.value);
  if (!cases.ok) return cases;
  const { answers, verdict } = validateCases(cases.value);
  return ok([...answers, verdict].map((line) => `${JSON.stringify(line)}\n`).join(''));
}

function readCases(name: string): Result<string, Problem[]> {
  try {
    const file = fileNamed(name);
    const { size } = statSync(file);
    if (size > MOST_BYTES)
      return wrong(`"${name}" has ${size} bytes; at most ${MOST_BYTES} are read at once.`);
    return ok(readFileSync(file, 'utf8'));
  } catch (error) {
    return wrong(`"${name}" cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)}).`);
  }
}

/** npm changes to the folder of the package, and keeps the one the user is in. */
function fileNamed(name: string): string {
  const fromUser = resolve(process.env['INIT_CWD'] ?? '.', name);
  return existsSync(name) || !existsSync(fromUser) ? name : fromUser;
}

const wrong = (message: string) => fail([{ code: 'cli', message, path: '' }]);

/** The exit code is set, not forced: what was written to a pipe has to leave first. */
const answer = main(process.argv.slice(2));
if (answer.ok) process.stdout.write(answer.value);
else {
  for (const { path, message } of answer.error.slice(0, MOST_PROBLEMS))
    process.stderr.write(`${path ? `${path} ${message}` : message}\n`);
  if (answer.error.length > MOST_PROBLEMS)
    process.stderr.write(`and ${answer.error.length - MOST_PROBLEMS} more.\n`);
  process.exitCode = 2;
}
