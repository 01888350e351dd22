/** May this VM move there? Every requirement as one rule, asked in the order of the requirements; each answer says why in numbers. */
import { CPU_RULES } from './cpu.ts';
import { DEVICE_RULES } from './devices.ts';
import { DISTANCE_RULES } from './distance.ts';
import type { Finding, Found, Rule } from './finding.ts';
import { INTERFACE_RULES } from './interface.ts';
import { LAYER_2_RULES } from './layer-2.ts';
import { LICENCE_RULES } from './licences.ts';
import type { Move } from './move.ts';
import { PLACEMENT_RULES } from './placement-rules.ts';
import { PORT_GROUP_RULES } from './port-group.ts';
import { RESOURCE_RULES } from './resources.ts';
import { STATE_RULES } from './state.ts';
import { STORAGE_RULES } from './storage.ts';

export { applyFix, type Fix } from './fix.ts';
export { TOPICS, type Finding, type Origin, type Rule, type Severity, type Topic } from './finding.ts';
export { factsOf } from './facts.ts';
export { Inventory } from './inventory.ts';
export { Move, type Asked, type Room } from './move.ts';
export { predictMove, type MovePrediction } from './predict.ts';
export { moveOf, type Thought } from './still.ts';

export const RULES: readonly Rule[] = [
  ...CPU_RULES,
  ...INTERFACE_RULES,
  ...STORAGE_RULES,
  ...PORT_GROUP_RULES,
  ...RESOURCE_RULES,
  ...LICENCE_RULES,
  ...DISTANCE_RULES,
  ...LAYER_2_RULES,
  ...DEVICE_RULES,
  ...PLACEMENT_RULES,
  ...STATE_RULES,
];

/** Errors and warnings in the order of the rules; none where it may move without a word. */
export function checkMove(move: Move): Finding[] {
  const findings: Finding[] = [];
  for (const rule of RULES) {
    const found = rule.find(move);
    if (found) for (const one of isList(found) ? found : [found]) findings.push(findingOf(rule, one));
  }
  return findings;
}

const isList = (found: Found | readonly Found[]): found is readonly Found[] => Array.isArray(found);

function findingOf({ id, severity, wording, known }: Rule, found: Found): Finding {
  return { rule: id, severity, wording, known, fix: null, ...found };
}

export const blocks = (findings: readonly Finding[]): boolean =>
  findings.some(({ severity }) => severity === 'error');
