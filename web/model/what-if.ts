/** The same move under other conditions, each with its predicted numbers: what would help, and what would change. */
import { GIB, NS_PER_SECOND, PPM, mulDivFloor } from '../base/units.ts';
import { getKnob, KNOBS, setKnob, type KnobId, type KnobValues } from '../scenario/knobs.ts';
import { formatIec, formatPercent } from '../scenario/quantity.ts';
import type { Scenario } from '../scenario/schema.ts';
import { changePath, pathOf } from '../scenario/subject.ts';
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
  /** What it costs besides time, and why something gets worse; empty where nothing needs to be said. */
  readonly note: string;
  /** Predicted to end exactly as it would now. */
  readonly same: boolean;
  /** Longer than as it is now. */
  readonly worse: { readonly total: boolean; readonly stun: boolean };
  readonly scenario: Scenario;
  readonly estimate: EstimateNumbers;
}

type Change = Omit<WhatIf, 'estimate' | 'note' | 'same' | 'worse'>;

/** The first migration of a scenario, predicted before its first page; null where nothing can be planned. */
export function estimateOf(scenario: Scenario): EstimateNumbers | null {
  const planned = planRun(scenario);
  const first = planned.ok ? planned.value[0] : undefined;
  return first ? estimateMigration(scenario, first) : null;
}

/** After a result: one condition changed at a time. */
export function whatIfs(scenario: Scenario): WhatIf[] {
  return predicted(scenario, [
    largerWindow(scenario),
    fasterLink(scenario),
    writing(scenario, 0.5, 'half the writes,'),
    writing(scenario, 2, 'twice the writes,'),
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
    [turned(scenario, 'sdps', 'on', 'Turn SDPS')],
    [largerWindow(scenario, 'Allow a window of'), ...faster],
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
  const now = estimateOf(from);
  for (const change of changes) {
    if (!change || change.scenario === from) continue;
    const estimate = estimateOf(change.scenario);
    if (!estimate) continue;
    const worse = worseThan(estimate, now);
    const same = sameAs(estimate, now);
    found.push({
      ...change,
      estimate,
      same,
      worse,
      note: same ? 'changes nothing here' : noteOn(estimate, now, worse),
    });
  }
  return found;
}

/** A difference that the written numbers would not show is none. */
const longer = (then: number, now: number): boolean => then > now * 1.01;

function worseThan(then: EstimateNumbers, now: EstimateNumbers | null): WhatIf['worse'] {
  if (!now?.converges || !then.converges) return { total: false, stun: false };
  return { total: longer(then.totalNs, now.totalNs), stun: longer(then.downtimeNs, now.downtimeNs) };
}

function sameAs(then: EstimateNumbers, now: EstimateNumbers | null): boolean {
  return (
    now !== null &&
    then.converges === now.converges &&
    then.totalNs === now.totalNs &&
    then.downtimeNs === now.downtimeNs &&
    then.slowestPpm === now.slowestPpm
  );
}

function noteOn(then: EstimateNumbers, now: EstimateNumbers | null, worse: WhatIf['worse']): string {
  if (!then.converges) return '';
  const slowed = then.slowestPpm < PPM ? `at down to ${formatPercent(then.slowestPpm)} of its speed` : '';
  if (!now?.converges) return slowed;
  return [slowed, worse.stun ? longerStun(then, now) : ''].filter((text) => text !== '').join('; ');
}

function longerStun(then: EstimateNumbers, now: EstimateNumbers): string {
  const fewer = now.rounds - then.rounds;
  if (fewer <= 0) return 'more is left then';
  return `stops ${fewer === 1 ? 'a round' : `${fewer} rounds`} earlier: more is left`;
}

/** Where one window a round trip is less than the link carries, a faster link would change nothing. */
function largerWindow(scenario: Scenario, before = 'a window of'): Change | null {
  const path = pathOf(scenario);
  if (!path || path.network.rttNs === 0) return null;
  const { windowBytes, rttNs } = path.network;
  if (mulDivFloor(windowBytes, NS_PER_SECOND, rttNs) >= path.lineBytesPerSecond) return null;
  const larger = Math.min(4 * GIB, 4 * windowBytes);
  return {
    key: `window-${larger}`,
    before,
    value: formatIec(larger),
    after: '',
    scenario: changePath(scenario, { network: (network) => ({ ...network, windowBytes: larger }) }),
  };
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
