/** What a requirement check says: who says it, how hard, in whose words, with which numbers, and what would mend it. */
import type { Fix } from './fix.ts';
import type { Move } from './move.ts';

/** As vSphere has it: an error blocks the move, a warning informs (API documentation of `MigrationFault`). */
export const SEVERITIES = ['error', 'warning'] as const;
export type Severity = (typeof SEVERITIES)[number];

/**
 * Where a sentence or a condition comes from. `read`: seen in a manual, a knowledge-base article or the API's documentation;
 * `remembered`: known in the field, but not read when this was written; `ours`: this product says it, the real thing is silent.
 */
export type Origin = 'read' | 'remembered' | 'ours';

/** The groups an administrator looks through, in the order of the seven requirements. */
export const TOPICS = [
  'CPU',
  'vMotion interface',
  'Storage',
  'Port group',
  'Resources',
  'Licence',
  'Distance',
  'Layer 2',
  'Devices',
  'Rules',
  'State',
] as const;
export type Topic = (typeof TOPICS)[number];

export interface Finding {
  readonly rule: string;
  readonly severity: Severity;
  /** What the real system would show, or what this product says where it shows nothing. */
  readonly message: string;
  readonly wording: Origin;
  /** The numbers and names behind it. */
  readonly why: string;
  readonly known: Origin;
  readonly fix: Fix | null;
}

/** What a rule finds; the rest of a finding is the rule's own. */
export type Found = Omit<Finding, 'rule' | 'severity' | 'wording' | 'known' | 'fix'> &
  Partial<Pick<Finding, 'severity' | 'wording' | 'known' | 'fix'>>;

export interface Rule {
  readonly id: string;
  readonly topic: Topic;
  /** In a list, where there is room for a few words. */
  readonly short: string;
  /** Name of the fault in vSphere's API; empty where it has none. */
  readonly fault: string;
  readonly severity: Severity;
  readonly wording: Origin;
  readonly known: Origin;
  readonly find: (move: Move) => Found | readonly Found[] | null;
}

/** Every message of a failed check begins so (article 1003718 of VMware's knowledge base, and the API). */
export function unable(move: Move, rest: string): string {
  return `Unable to migrate from ${move.source.id} to ${move.target.id}: ${rest}`;
}
