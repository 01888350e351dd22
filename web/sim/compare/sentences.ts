/** One sentence for each decision: a pure function of its rule and the numbers it compared. */
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatPercent,
  formatRate,
} from '../../scenario/quantity.ts';
import { NS_PER_MS } from '../../base/units.ts';
import type { Action, Decision } from '../policy/decision.ts';

type Numbers = (name: string) => number;
type Writer = (n: Numbers, decision: Decision) => string;

const ms = (value: number): string => formatDuration(Math.round(value * NS_PER_MS));
const pages = (count: number): string => `${formatCount(count)} ${count === 1 ? 'page' : 'pages'}`;
const rounds = (count: number): string => `${formatCount(count)} ${count === 1 ? 'round' : 'rounds'}`;

/** What follows from the decision. */
const THEN: Readonly<Record<Action, string>> = {
  'go-on': 'Go on.',
  throttle: 'Slow the guest down.',
  retune: 'Raise the downtime limit.',
  'switch-over': 'Stop the guest and send the rest.',
  'post-copy': 'Move the guest now and fetch the rest.',
  pause: 'Stop the guest and send the rest, however long it takes.',
  abort: 'Give up; the guest stays.',
};

/** "12.5 MB left / 117 MB/s = 107 ms". */
const left = (n: Numbers): string =>
  `${formatBytes(n('leftBytes'))} left / ${formatRate(n('bytesPerSecond'))} = ${ms(n('neededMs'))}`;
const late = (n: Numbers, limit: string): string =>
  `${ms(n('elapsedMs'))} have passed, the time-out is ${ms(n(limit))}`;
const threshold = (n: Numbers): string =>
  `${formatBytes(n('pendingBytes'))} known to be left, ${formatBytes(n('thresholdBytes'))} fit in ${ms(n('downtimeLimitMs'))}`;
const dirtied = (n: Numbers): string =>
  `${formatBytes(n('dirtiedBytes'))} dirtied while ${formatBytes(n('sentBytes'))} were sent, more than ${formatBytes(n('highBytes'))}`;
const stall = (n: Numbers): string =>
  `${formatBytes(n('remainingBytes'))} remain, the best before was ${formatBytes(n('bestBytes'))}`;

const WRITERS: Readonly<Record<string, Writer>> = {
  'within-goal': (n) => `${left(n)} ≤ ${ms(n('goalMs'))}.`,
  'above-goal': (n) => `${left(n)} > ${ms(n('goalMs'))}.`,
  sdps: (n, { throttlePercent = 0 }) =>
    `${left(n)} > ${ms(n('goalMs'))}, and rounds hardly shrink: the guest runs at ${formatPercent(1_000_000 - Math.round(throttlePercent * 10_000))}.`,
  'no-progress': (n) =>
    `${left(n)} > ${ms(n('goalMs'))}, and ${rounds(n('patienceRounds'))} gained less than a tenth.`,
  'few-pages': (n) => `${pages(n('leftPages'))} left after ${rounds(n('rounds'))}, few enough.`,
  'many-pages': (n) => `${pages(n('leftPages'))} left after ${rounds(n('rounds'))}.`,
  'most-rounds': (n) => `${pages(n('leftPages'))} left, but ${rounds(n('rounds'))} are all there are.`,
  'sent-too-much': (n) =>
    `${pages(n('totalSentPages'))} sent of a memory of ${pages(n('memoryPages'))}: more than allowed.`,
  'memory-mode': () => 'Asked to move the guest first.',
  'within-downtime': (n) => `${left(n)} ≤ ${ms(n('downtimeMs'))}.`,
  'above-downtime': (n) => `${left(n)} > ${ms(n('downtimeMs'))}.`,
  timeout: (n) => `${late(n, 'timeoutMs')}.`,
  'below-threshold': (n) => `${threshold(n)}.`,
  asked: (n) => `${threshold(n)}; post-copy was asked for.`,
  'after-first-pass': (n) => `All memory was sent once; ${threshold(n)}.`,
  'auto-converge': (n, { throttlePercent = 0 }) =>
    `${dirtied(n)}: every vCPU sleeps ${throttlePercent} % of its time.`,
  'dirty-limit': (n) => `${dirtied(n)}: writers are held at the dirty limit.`,
  'completion-timeout': (n, decision) =>
    `${late(n, 'deadlineMs' in decision.numbers ? 'deadlineMs' : 'timeoutMs')}, ${formatBytes(n('remainingBytes'))} remain.`,
  'progress-timeout': (n) =>
    `No progress for ${ms(n('quietMs'))}, allowed are ${ms(n('progressTimeoutMs'))}.`,
  stalled: (n, { downtimeLimitMs }) =>
    downtimeLimitMs === undefined
      ? `${stall(n)}: stalled, and the rest would take ${ms(n('estimateMs'))}.`
      : `${formatCount(n('stalledIterations'))} iterations left no less than the best: the limit becomes ${ms(downtimeLimitMs)}.`,
  'soft-stop': (n) => `${stall(n)}: stalled, but the rest would take only ${ms(n('estimateMs'))}.`,
  'schedule-ends': (n) =>
    `${formatCount(n('stalledIterations'))} iterations left no less than the best, more than the schedule has steps.`,
  'downtime-step': (_n, { downtimeLimitMs = 0 }) =>
    `Its time has come: the limit becomes ${ms(downtimeLimitMs)}.`,
  'remaining-grows': (n, { downtimeLimitMs = 0 }) =>
    `What remains grew in ${formatCount(n('growingPolls'))} polls: the limit becomes ${ms(downtimeLimitMs)}.`,
};

/** The rule with its numbers, without a stop at its end. A rule without a sentence is a defect. */
export function ruleText(decision: Decision): string {
  const write = WRITERS[decision.code];
  if (!write) throw new Error(`broken invariant: no sentence for ${decision.code}`);
  return write((name) => decision.numbers[name] ?? NaN, decision).replace(/\.$/, '');
}

/** The rule, and what follows. */
export function decisionSentence(decision: Decision): string {
  const saysItself = decision.action === 'throttle' || decision.action === 'retune';
  return saysItself ? `${ruleText(decision)}.` : `${ruleText(decision)}. ${THEN[decision.action]}`;
}
