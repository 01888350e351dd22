/** Runs any engine of the registry over a write trace. The same trace, parameters and faults give the same run, everywhere. */
import { fail, ok, type Problem, type Result } from '../../base/result.ts';
import type { Ns } from '../../base/units.ts';
import { findProfile, profileParameters, type Profile } from '../policy/index.ts';
import type { Given as GivenParameters } from '../policy/parameters.ts';
import type { EngineRun, RunOptions } from './engine-run.ts';
import type { Values } from './layers.ts';
import type { CompareLink } from './link.ts';
import { runRounds } from './rounds-engine.ts';
import type { Given } from './run-state.ts';
import type { WriteTrace } from './trace.ts';
import { runLayer, runWindows } from './windows-engine.ts';

/**
 * A run in steps: yields the virtual time whenever a window of the course has ended, returns the run. Unknown profiles and parameters,
 * and parameters that do not go together, are refused with their names.
 */
export function startEngine(
  profileId: string,
  parameters: GivenParameters,
  trace: WriteTrace,
  link: CompareLink,
  options: RunOptions = {},
): Result<Generator<Ns, EngineRun>, Problem[]> {
  const profile = findProfile(profileId);
  if (!profile) {
    const message = `There is no engine called "${profileId.slice(0, 60)}".`;
    return fail([{ code: 'engine.unknown', message, path: 'engine' }]);
  }
  const values = profileParameters(profile, parameters);
  if (!values.ok) return values;
  const clashes = clashesOf(values.value as Values);
  if (clashes.length > 0) return fail(clashes);
  const given = { profile: profile.id, trace, link, faults: options.faults ?? [] };
  return ok(stepsOf(profile, values.value as Values, given));
}

/** The whole run at once. */
export function runEngine(...given: Parameters<typeof startEngine>): Result<EngineRun, Problem[]> {
  const steps = startEngine(...given);
  if (!steps.ok) return steps;
  let step = steps.value.next();
  while (!step.done) step = steps.value.next();
  return ok(step.value);
}

function stepsOf(profile: Profile, values: Values, given: Given): Generator<Ns, EngineRun> {
  if (profile.family === 'rounds') return runRounds(profile, values, given);
  return profile.family === 'windows' ? runWindows(profile, values, given) : runLayer(profile, values, given);
}

/** What QEMU refuses to combine (migration/options.c). */
function clashesOf(values: Values): Problem[] {
  const problems: Problem[] = [];
  const clash = (path: string, message: string) => problems.push({ code: 'parameter.clash', path, message });
  const needsPostcopy = ['postcopy-after-precopy', 'postcopy-preempt'].filter(
    (name) => values[name] === true,
  );
  if (values['timeout-action'] === 'postcopy' && values['timeout'] !== 0)
    needsPostcopy.push('timeout-action');
  if (values['postcopy-ram'] === false)
    for (const name of needsPostcopy) clash(name, `${name} needs postcopy-ram, which is off.`);
  if (values['dirty-limit'] === true && values['auto-converge'] === true)
    clash('dirty-limit', 'dirty-limit and auto-converge exclude each other; turn one of them off.');
  return problems;
}
