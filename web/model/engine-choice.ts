/**
 * Which engines stand side by side, with which parameters, and how an address says so:
 * `engines=esxi-8,qemu-9.2:auto-converge:true:max-bandwidth:0`. What an engine does not have is told by name and left out.
 */
import type { Problem } from '../base/result.ts';
import type { Scenario } from '../scenario/schema.ts';
import { NS_PER_MS } from '../base/units.ts';
import { findProfile, profileParameters, PROFILES, type Profile } from '../sim/policy/index.ts';
import type { Given, Parameter, ParameterValue } from '../sim/policy/parameters.ts';

export type { Given, Parameter, ParameterValue };

export interface EngineChoice {
  readonly engine: string;
  /** What differs from the engine's own defaults. */
  readonly parameters: Given;
}

export const FEWEST_ENGINES = 2;
export const MOST_ENGINES = 8;
export const FIRST_ENGINES: readonly EngineChoice[] = ['esxi-8', 'qemu-9.2', 'xen', 'cloud-hypervisor'].map(
  (engine) => ({ engine, parameters: {} }),
);

/** Every engine there is, in the order of the registry. */
export const ENGINES: readonly Pick<Profile, 'id' | 'name' | 'about'>[] = PROFILES;

export function engineName(id: string): string {
  return findProfile(id)?.name ?? id;
}

export function engineTable(id: string): Readonly<Record<string, Parameter>> {
  return findProfile(id)?.table ?? {};
}

/** What is wrong with a value, in one sentence; null where nothing is. */
export function parameterProblem(engine: string, name: string, value: ParameterValue): string | null {
  const profile = findProfile(engine);
  if (!profile) return null;
  const read = profileParameters(profile, { [name]: value });
  return read.ok ? null : (read.error[0]?.message ?? null);
}

/** The scenario sets some of ESXi's parameters; what was chosen here stands above it. */
export function withScenario(choice: EngineChoice, scenario: Scenario): Given {
  const { switchoverGoalNs, sdps, traceInstall } = scenario.policy;
  const goal = { switchoverTimeGoal: switchoverGoalNs / NS_PER_MS };
  const ofScenario: Readonly<Record<string, Given>> = {
    'esxi-8': { ...goal, sdps, pageTrace: traceInstall },
    'esxi-6.7': { ...goal, sdps },
    'esx-4': goal,
  };
  return { ...ofScenario[choice.engine], ...choice.parameters };
}

export function enginesText(choices: readonly EngineChoice[]): string {
  return choices
    .map(({ engine, parameters }) =>
      [
        engine,
        ...Object.entries(parameters).flatMap(([name, value]) => [name, encodeURIComponent(String(value))]),
      ].join(':'),
    )
    .join(',');
}

export interface ReadEngines {
  readonly choices: readonly EngineChoice[];
  readonly notices: readonly string[];
}

/** At most as many as fit side by side; where fewer than two are left, those the page opens with. */
export function readEngines(text: string): ReadEngines {
  const notices: string[] = [];
  const choices = text
    .split(',')
    .filter((one) => one !== '')
    .flatMap((one) => readOne(one, notices));
  if (choices.length > MOST_ENGINES)
    notices.push(
      `At most ${MOST_ENGINES} engines stand side by side; the others of the address are left out.`,
    );
  const enough = choices.length >= FEWEST_ENGINES;
  return { choices: enough ? choices.slice(0, MOST_ENGINES) : FIRST_ENGINES, notices };
}

function readOne(text: string, notices: string[]): EngineChoice[] {
  const [engine = '', ...rest] = text.split(':');
  const profile = findProfile(engine);
  if (!profile) {
    notices.push(
      `There is no engine "${engine.slice(0, 40)}"; there are ${PROFILES.map((one) => one.id).join(', ')}.`,
    );
    return [];
  }
  const parameters: Record<string, ParameterValue> = {};
  for (let at = 0; at + 1 < rest.length; at += 2) {
    const name = rest[at]!;
    const value = valueOf(profile.table[name], rest[at + 1]!);
    const problems = problemsOf(profile, name, value);
    if (problems.length === 0) parameters[name] = value;
    else notices.push(...problems.map((one) => one.message));
  }
  return [{ engine, parameters }];
}

function problemsOf(profile: Profile, name: string, value: ParameterValue): readonly Problem[] {
  const read = profileParameters(profile, { [name]: value });
  return read.ok ? [] : read.error;
}

/** By the kind of its default; a text that is no number stays one, and is then refused as such. */
function valueOf(parameter: Parameter | undefined, text: string): ParameterValue {
  const plain = decoded(text);
  if (typeof parameter?.default === 'boolean')
    return plain === 'true' ? true : plain === 'false' ? false : plain;
  const isNumber = typeof parameter?.default === 'number' && plain.trim() !== '';
  return isNumber && Number.isFinite(Number(plain)) ? Number(plain) : plain;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
