/** `.vmotion.json`: the scenario as a file. Everything that opens passes through here, so it trusts nothing. */
import { fail, ok, type Problem, type Result } from '../base/result.ts';
import { MIB } from '../base/units.ts';
import { minimalScenario, sortKeys } from './canonical.ts';
import { parseScenario } from './parse.ts';
import { formatIec } from './quantity.ts';
import type { Scenario } from './schema.ts';

export const FILE_EXTENSION = '.vmotion.json';
export const FILE_MOST_BYTES = MIB;

/** Ask before reading a picked or dropped file: its size is known without its content. */
export function checkFileSize(bytes: number): Problem | null {
  if (bytes <= FILE_MOST_BYTES) return null;
  const message = `The file has ${formatIec(bytes)}; a scenario has at most ${formatIec(FILE_MOST_BYTES)}.`;
  return { code: 'file.too-big', path: '', message };
}

export function openScenarioFile(text: string): Result<Scenario, Problem[]> {
  const size = checkFileSize(utf8Bytes(text));
  if (size) return fail([size]);
  const json = parseJson(text);
  return json.ok ? parseScenario(json.value) : fail([json.error]);
}

/** Sorted keys, two spaces, defaults left out: the same scenario is the same file, and a difference between two is easy to read. */
export function saveScenarioFile(scenario: Scenario): string {
  return `${JSON.stringify(sortKeys(minimalScenario(scenario)), null, 2)}\n`;
}

/** "Busy database" becomes `busy-database.vmotion.json`. */
export function scenarioFileName(scenario: Scenario): string {
  const name = scenario.title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
  return `${name || 'scenario'}${FILE_EXTENSION}`;
}

export function parseJson(text: string): Result<unknown, Problem> {
  try {
    return ok(JSON.parse(text.replace(/^\uFEFF/, '')) as unknown);
  } catch (error) {
    return fail({ code: 'file.not-json', path: '', message: jsonMessage(text, error) });
  }
}

/** Engines word it differently; where the offset is told, a reader gets line and column instead. */
function jsonMessage(text: string, error: unknown): string {
  const told = error instanceof Error ? error.message : '';
  const lineColumn = /line (\d+) column (\d+)/.exec(told);
  const offset = /position (\d+)/.exec(told);
  const ended = /end of (?:JSON|data)|Unexpected EOF/i.test(told) || Number(offset?.[1]) >= text.length;
  let where = ended ? 'it ends too early' : 'something is not where it belongs';
  if (lineColumn) where += `, at line ${lineColumn[1]}, column ${lineColumn[2]}`;
  else if (offset) where += `, at ${lineAndColumn(text, Number(offset[1]))}`;
  else if (ended) where += `, at ${lineAndColumn(text, text.length)}`;
  return `This is not JSON: ${where}. Look for a missing comma, quote or bracket.`;
}

function lineAndColumn(text: string, offset: number): string {
  const before = text.slice(0, offset).split('\n');
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}

function utf8Bytes(text: string): number {
  // A character has at most three bytes a code unit: only what could be too big is really counted.
  return text.length * 3 <= FILE_MOST_BYTES ? text.length : new TextEncoder().encode(text).length;
}
