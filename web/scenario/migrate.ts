/** Older schema versions become the newest one step at a time, forwards only. A step is pure and never changes once released. */
import { fail, ok, type Problem, type Result } from '../base/result.ts';

export const SCHEMA_VERSION = 1;

/** `STEPS[0]` turns version 1 into version 2, and so on: there is one step less than there are versions. */
const STEPS: readonly ((older: Record<string, unknown>) => Record<string, unknown>)[] = [];

export function migrateScenario(input: unknown): Result<Record<string, unknown>, Problem[]> {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    return fail([
      problem('scenario.type', '', 'A scenario is a JSON object: { "schema": 1, "title": ... }.'),
    ]);
  }
  const scenario = input as Record<string, unknown>;
  const version = Object.hasOwn(scenario, 'schema') ? scenario.schema : undefined;
  if (typeof version !== 'number' || !Number.isSafeInteger(version) || version < 1) {
    const message = `The schema version is missing or not a number; write "schema": ${SCHEMA_VERSION}.`;
    return fail([problem('scenario.version', 'schema', message)]);
  }
  if (version > SCHEMA_VERSION) return fail([newerSchema(version)]);
  let newest = scenario;
  for (const step of STEPS.slice(version - 1)) newest = step(newest);
  return ok(newest);
}

export function newerSchema(version: number): Problem {
  const message = `This was made with a newer version (schema ${version}, this page knows ${SCHEMA_VERSION}). Reload the page, or clear its cache.`;
  return problem('schema.newer', 'schema', message);
}

const problem = (code: string, path: string, message: string): Problem => ({ code, path, message });
