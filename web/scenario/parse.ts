/**
 * From anything to a scenario with every default filled in, or all that is wrong with it at once, each with its path
 * (`vms[0].memoryBytes`) and a sentence that says what to do. The engine may rely on what is checked here.
 */
import * as v from 'valibot';
import { fail, ok, type Problem, type Result } from '../base/result.ts';
import { explainIssue } from './explain.ts';
import { migrateScenario } from './migrate.ts';
import { checkReferences } from './references.ts';
import { scenarioSchema, type Scenario } from './schema.ts';

/** A reader can act on a screenful; a hostile file has as many problems as it likes. */
const MOST_PROBLEMS = 100;

export function parseScenario(input: unknown): Result<Scenario, Problem[]> {
  const migrated = migrateScenario(input);
  if (!migrated.ok) return migrated;
  const parsed = v.safeParse(scenarioSchema, migrated.value, { abortPipeEarly: true });
  if (!parsed.success) return fail(parsed.issues.slice(0, MOST_PROBLEMS).map(explainIssue));
  const problems = checkReferences(parsed.output);
  return problems.length > 0 ? fail(problems.slice(0, MOST_PROBLEMS)) : ok(parsed.output);
}
