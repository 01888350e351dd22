/** From the lines of a file of records to predictions, or to what is wrong with which line. */
import { fail, ok, type Problem, type Result } from '../../base/result.ts';
import { isDisturbed, readInput, readMeasurement } from './read-record.ts';
import { replay } from './replay.ts';
import type { RunResult } from './summary.ts';

const problem = (message: string, path = ''): Problem => ({ code: 'qemu-record', message, path });

function parseLine(line: string): Result<unknown, Problem[]> {
  try {
    return ok(JSON.parse(line) as unknown);
  } catch (error) {
    return fail([problem(`This is not JSON: ${(error as Error).message}`)]);
  }
}

function predict(line: string): Result<RunResult, Problem[]> {
  const parsed = parseLine(line);
  if (!parsed.ok) return parsed;
  const input = readInput(parsed.value);
  if (!input.ok) return input;
  const fields = parsed.value as Readonly<Record<string, unknown>>;
  return ok({
    id: fields['id'] ?? null,
    repeat: fields['repeat'] ?? null,
    kind: input.value.kind,
    qemu: String(fields['qemu']),
    link: input.value.linkBytesPerSecond > 0,
    disturbed: isDisturbed(fields),
    predicted: replay(input.value),
    measured: readMeasurement(fields),
  });
}

/** Every record of a file, one a line. A wrong line is told with its number and field; the others are predicted. */
export function predictAll(text: string): { readonly runs: RunResult[]; readonly problems: Problem[] } {
  const runs: RunResult[] = [];
  const problems: Problem[] = [];
  text.split(/\r?\n/).forEach((line, index) => {
    if (line.trim() === '') return;
    const run = predict(line);
    if (run.ok) runs.push(run.value);
    else {
      const place = (path: string) => (path ? `line ${index + 1}, ${path}` : `line ${index + 1}`);
      problems.push(...run.error.map(({ message, path }) => problem(message, place(path))));
    }
  });
  if (runs.length === 0 && problems.length === 0) problems.push(problem('The file has no records.'));
  return { runs, problems };
}
