/** The same move under other conditions, each with its predicted numbers: what would help, and what would change. */
import { GIB } from '../base/units.ts';
import { getKnob, KNOBS, setKnob, type KnobId, type KnobValues } from '../scenario/knobs.ts';
import type { Scenario } from '../scenario/schema.ts';
import { estimateMigration } from '../sim/estimate.ts';
import type { EstimateNumbers } from '../sim/events.ts';
import { planRun } from '../sim/plan.ts';
import { knobText, scaledKnob } from './sentence.ts';

export interface WhatIf {
  readonly key: string;
  /** "Turn SDPS", "Move over": what to do ... */
  readonly before: string;
  /** ... the value it would get, as on its knob ... */
  readonly value: string;
  /** ... and why it helps. */
  readonly after: string;
  readonly scenario: Scenario;
  readonly estimate: EstimateNumbers;
}

type Change = Omit<WhatIf, 'estimate'>;

/** The first migration of a scenario, predicted before its first page; null where nothing can be planned. */
export function estimateOf(scenario: Scenario): EstimateNumbers | null {
  const planned = planRun(scenario);
  const first = planned.ok ? planned.value[0] : undefined;
  return first ? estimateMigration(scenario, first) : null;
}

/** After a result: one condition changed at a time. */
export function whatIfs(scenario: Scenario): WhatIf[] {
  return predicted(scenario, [
    fasterLink(scenario),
    writing(scenario, 0.5, 'half the write rate,'),
    writing(scenario, 2, 'double the write rate,'),
    turned(
      scenario,
      'compression',
      getKnob(scenario, 'compression') === 'off' ? 'lz4' : 'off',
      'compression',
    ),
    goal(scenario),
  ]);
}

const MOST_SUGGESTIONS = 4;
const CALMER = [0.9, 0.75, 0.5, 0.25, 0.1];

/** After a failure: what is predicted to arrive, the least change of each kind. */
export function suggestions(scenario: Scenario): WhatIf[] {
  const calmer = CALMER.map((factor) => writing(scenario, factor, 'Wait until it writes', 'or less'));
  const faster = linksAbove(scenario).map((rate) => link(scenario, rate));
  const families: (Change | null)[][] = [
    [turned(scenario, 'sdps', 'on', 'Turn SDPS', ': the VM sleeps a few ms at a time until it converges')],
    faster,
    [
      turned(scenario, 'compression', 'xbzrle', 'Compress with'),
      turned(scenario, 'compression', 'lz4', 'Compress with'),
    ],
    calmer,
    [2, 5, 10].map((factor) => longerGoal(scenario, factor)),
  ];
  const best = families.map((family) =>
    predicted(scenario, family).find((one) => one.estimate.converges === 1),
  );
  return best.filter((one) => one !== undefined).slice(0, MOST_SUGGESTIONS);
}

/** Where the engine had no room: the same VM with less memory, or followed by page instead of by byte. */
export function smaller(scenario: Scenario): WhatIf[] {
  const byPage = { ...scenario, vms: scenario.vms.map((vm) => ({ ...vm, fidelity: 'page-exact' as const })) };
  const alreadyByPage = scenario.vms.every((vm) => vm.fidelity === 'page-exact');
  const now = getKnob(scenario, 'memory');
  const less = [...KNOBS.memory.steps].reverse().find((step) => step <= now / 2) ?? GIB;
  return predicted(scenario, [
    alreadyByPage
      ? null
      : {
          key: 'page-exact',
          before: 'Follow it',
          value: 'page by page',
          after: ' instead of byte by byte',
          scenario: byPage,
        },
    {
      key: 'memory',
      before: 'Give the VM',
      value: KNOBS.memory.format(less),
      after: ' of memory',
      scenario: setKnob(scenario, 'memory', less),
    },
  ]);
}

function predicted(from: Scenario, changes: readonly (Change | null)[]): WhatIf[] {
  const found: WhatIf[] = [];
  for (const change of changes) {
    if (!change || change.scenario === from) continue;
    const estimate = estimateOf(change.scenario);
    if (estimate) found.push({ ...change, estimate });
  }
  return found;
}

function turned<K extends KnobId>(
  scenario: Scenario,
  id: K,
  to: KnobValues[K],
  before: string,
  after = '',
): Change {
  const next = setKnob(scenario, id, to);
  return { key: `${id}-${to}`, before, value: knobText(next, id), after, scenario: next };
}

function writing(scenario: Scenario, factor: number, before: string, after = ''): Change {
  const next = scaledKnob(scenario, 'writes', factor);
  return {
    key: `writes-${factor}`,
    before,
    value: knobText(next, 'writes'),
    after: after && ` ${after}`,
    scenario: next,
  };
}

function linksAbove(scenario: Scenario): readonly number[] {
  return KNOBS.link.steps.filter((rate) => rate >= 2 * getKnob(scenario, 'link'));
}

function link(scenario: Scenario, rate: number): Change {
  return {
    key: `link-${rate}`,
    before: 'Move over',
    value: KNOBS.link.format(rate),
    after: '',
    scenario: setKnob(scenario, 'link', rate),
  };
}

/** Ten times as fast, as from 1 to 10 GbE; the fastest there is where that is too much. */
function fasterLink(scenario: Scenario): Change | null {
  const above = linksAbove(scenario);
  const rate = above.find((one) => one >= 10 * getKnob(scenario, 'link')) ?? above.at(-1);
  return rate === undefined ? null : { ...link(scenario, rate), before: 'a link of' };
}

function goal(scenario: Scenario): Change {
  const now = getKnob(scenario, 'goal');
  const next = setKnob(scenario, 'goal', now > 200_000_000 ? 200_000_000 : 500_000_000);
  return { key: 'goal', before: 'a goal of', value: knobText(next, 'goal'), after: '', scenario: next };
}

function longerGoal(scenario: Scenario, factor: number): Change {
  const next = scaledKnob(scenario, 'goal', factor);
  return {
    key: `goal-${factor}`,
    before: 'Allow a goal of',
    value: knobText(next, 'goal'),
    after: '',
    scenario: next,
  };
}
