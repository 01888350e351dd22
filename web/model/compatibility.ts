/** May these VMs move, and where: a verdict for every host, with what speaks against it and what would mend it. Pure. */
import type { Scenario } from '../scenario/schema.ts';
import {
  applyFix,
  checkMove,
  factsOf,
  Inventory,
  moveOf,
  predictMove,
  RULES,
  TOPICS,
  type Finding,
  type Fix,
  type Move,
  type MovePrediction,
  type Origin,
  type Topic,
} from '../sim/requirements/index.ts';

export { Inventory, type Finding };

export type Verdict = 'here' | 'fits' | 'warns' | 'refuses';

export interface HostVerdict {
  readonly host: string;
  readonly verdict: Verdict;
  /** A few words: the first thing that speaks against it. */
  readonly short: string;
  readonly findings: readonly Finding[];
  /** What holds, by topic. */
  readonly facts: Readonly<Partial<Record<Topic, string>>>;
  /** Where it may move. */
  readonly prediction: MovePrediction | null;
}

const SHORT: ReadonlyMap<string, string> = new Map(RULES.map(({ id, short }) => [id, short]));
const TOPIC: ReadonlyMap<string, Topic> = new Map(RULES.map(({ id, topic }) => [id, topic]));
const TOPICS_OF_HERE = new Set(['same-host']);

/** One for each host of the scenario, in its order. @param scenario expanded: no groups. */
export function verdictsFor(
  scenario: Scenario,
  vm: string,
  inventory = new Inventory(scenario),
): HostVerdict[] {
  const predict = predictor();
  return scenario.hosts.map(({ id }) => verdictFor(inventory, vm, id, predict));
}

/** Over ways that are alike a VM takes as long, so it is computed once for all of them. */
function predictor(): (move: Move) => MovePrediction | null {
  const known = new Map<string, MovePrediction | null>();
  return (move) => {
    const { way } = move;
    const key = move.movesDisk ? move.target.id : `${way?.bytesPerSecond} ${way?.rttNs} ${way?.because}`;
    let prediction = known.get(key);
    if (prediction === undefined) known.set(key, (prediction = predictMove(move)));
    return prediction;
  };
}

function verdictFor(
  inventory: Inventory,
  vm: string,
  host: string,
  predict: (move: Move) => MovePrediction | null = predictMove,
): HostVerdict {
  const action = inventory.scenario.actions.find(
    (one) => one.kind === 'migrate' && one.vm === vm && one.to === host,
  );
  const thought = action?.kind === 'migrate' ? action : {};
  const move = moveOf(inventory, vm, host, thought);
  if (!move)
    return {
      host,
      verdict: 'refuses',
      short: 'There is no such VM',
      findings: [],
      facts: {},
      prediction: null,
    };
  const findings = checkMove(move);
  if (findings.some(({ rule }) => TOPICS_OF_HERE.has(rule)))
    return { host, verdict: 'here', short: 'Runs here', findings: [], facts: {}, prediction: null };
  const errors = findings.filter(({ severity }) => severity === 'error');
  const first = errors[0] ?? findings[0];
  const verdict = errors.length > 0 ? 'refuses' : findings.length > 0 ? 'warns' : 'fits';
  return {
    ...{ host, verdict, findings, facts: factsOf(move) },
    short: first ? (SHORT.get(first.rule) ?? '') : 'Fits',
    prediction: verdict === 'refuses' ? null : predict(move),
  };
}

/**
 * What refused a task, with its numbers and what mends it: asked again of the scenario as it begins, and told only where the answer is the
 * same rule, because VMs may have moved since.
 */
export function refusedBy(inventory: Inventory, vm: string, to: string, rule: string): Finding | null {
  const action = inventory.scenario.actions.find(
    (one) => one.kind === 'migrate' && one.vm === vm && one.to === to,
  );
  const move = moveOf(inventory, vm, to, action?.kind === 'migrate' ? action : {});
  return move ? (checkMove(move).find((one) => one.rule === rule && one.severity === 'error') ?? null) : null;
}

/** What the move would take once everything that refuses it is mended; null where that cannot be by clicks. */
export function predictionAfterFixes(
  scenario: Scenario,
  expand: (scenario: Scenario) => Scenario,
  vm: string,
  { host, findings }: HostVerdict,
): MovePrediction | null {
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (errors.length === 0 || errors.some(({ fix }) => !fix)) return null;
  const mended = expand(errors.reduce((now, { fix }) => applyFix(now, fix as Fix), scenario));
  return verdictFor(new Inventory(mended), vm, host).prediction;
}

/** The worst verdict of several VMs for each host: they can go there together only if each of them can. */
export function worstOf(all: readonly (readonly HostVerdict[])[]): HostVerdict[] {
  const order: readonly Verdict[] = ['here', 'fits', 'warns', 'refuses'];
  const [first = [], ...others] = all;
  return first.map((one, at) =>
    others.reduce((worst, list) => {
      const next = list[at] as HostVerdict;
      return order.indexOf(next.verdict) > order.indexOf(worst.verdict) ? next : worst;
    }, one),
  );
}

/**
 * Which of these hosts each VM should go to: one that fits, before one that warns, the one with most memory left; each choice counts
 * for the next. VMs that no host takes are left out.
 */
export function spread(
  scenario: Scenario,
  vms: readonly string[],
  hosts: readonly string[],
): Map<string, string> {
  const chosen = new Map<string, string>();
  let now = scenario;
  for (const id of vms) {
    const host = emptiest(now, id, hosts);
    if (host === null) continue;
    chosen.set(id, host);
    now = { ...now, vms: now.vms.map((vm) => (vm.id === id ? { ...vm, host } : vm)) };
  }
  return chosen;
}

function emptiest(scenario: Scenario, vm: string, hosts: readonly string[]): string | null {
  const inventory = new Inventory(scenario);
  let best: { host: string; rank: number; freeBytes: number } | null = null;
  for (const host of hosts) {
    const move = moveOf(inventory, vm, host);
    if (!move || move.source.id === host) continue;
    const findings = checkMove(move);
    if (findings.some(({ severity }) => severity === 'error')) continue;
    const [rank, { freeBytes }] = [findings.length === 0 ? 1 : 0, move.room];
    if (!best || rank > best.rank || (rank === best.rank && freeBytes > best.freeBytes))
      best = { host, rank, freeBytes };
  }
  return best?.host ?? null;
}

/** "3 of 5 other hosts refuse, 1 fits, 1 fits with a warning." */
export function summaryOf(verdicts: readonly HostVerdict[]): string {
  const others = verdicts.filter(({ verdict }) => verdict !== 'here');
  const count = (verdict: Verdict) => others.filter((one) => one.verdict === verdict).length;
  const parts = [
    [count('refuses'), 'refuse', 'refuses'],
    [count('fits'), 'fit', 'fits'],
    [count('warns'), 'fit with a warning', 'fits with a warning'],
  ] as const;
  if (others.length === 0) return 'There is no other host.';
  const said = parts
    .filter(([n]) => n > 0)
    .map(
      ([n, many, one], at) =>
        `${n}${at === 0 ? ` of ${others.length} other hosts` : ''} ${n === 1 ? one : many}`,
    );
  return `${said.join(', ')}.`;
}

/** Every topic of the requirements, with what was found in it: an empty list is a topic that holds. */
export function byTopic(
  findings: readonly Finding[],
): readonly { topic: Topic; findings: readonly Finding[] }[] {
  return TOPICS.map((topic) => ({
    topic,
    findings: findings.filter(({ rule }) => TOPIC.get(rule) === topic),
  }));
}

/** Whose words a message is in. */
export const WORDING: Readonly<Record<Origin, string>> = {
  read: "vSphere's wording",
  remembered: "vSphere's wording, from memory",
  ours: 'our words: vSphere says nothing here',
};

/** Where a condition was only remembered it says so. */
export const KNOWN: Readonly<Record<Origin, string>> = {
  read: '',
  remembered: 'That it is so is remembered, not read.',
  ours: '',
};
