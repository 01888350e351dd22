/** What the comparison says: how each run ended, the table of differences, the one sentence about the largest, what would help. */
import { NS_PER_MS, NS_PER_SECOND, PAGE_BYTES, PPM } from '../base/units.ts';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatIec,
  formatLinkRate,
  formatPercent,
  formatRate,
} from '../scenario/quantity.ts';
import { steadyRates, type Cause, type Difference, type EndCause } from '../sim/compare/differences.ts';
import type { EngineRun } from '../sim/compare/engine-run.ts';
import { errorsOf, type Prediction } from '../sim/compare/predictions.ts';
import type { Remedy, RemedyKind } from '../sim/compare/remedies.ts';
import { decisionSentence, ruleText } from '../sim/compare/sentences.ts';

export { largestDifference } from '../sim/compare/differences.ts';

const times = (factor: number): string =>
  `${factor < 9.95 ? factor.toFixed(1) : formatCount(Math.round(factor))} times`;

/** "moved", "gave up", "still copying": and where the guest is now. */
export function endText(run: EngineRun): string {
  switch (run.outcome) {
    case 'completed':
      return 'moved';
    case 'aborted':
      return 'gave up';
    case 'unfinished':
      return `still copying after ${formatDuration(run.totalNs)}`;
    case 'guest-lost':
      return 'guest lost';
    default:
      return FAILED[run.reason] ?? 'failed';
  }
}

const FAILED: Readonly<Record<string, string>> = {
  'switchover-timeout': 'switchover took too long',
  'network-down': 'connection lost',
  'target-lost': 'target lost',
};

/** Why the run ended as it did: the last decision. */
export function reasonText(run: EngineRun): string {
  const last = run.decisions.at(-1);
  if (!last || (run.outcome !== 'completed' && run.outcome !== 'aborted')) return '';
  return decisionSentence(last.decision);
}

/** Every decision with its time. */
export function decisionLines(run: EngineRun): { readonly at: string; readonly text: string }[] {
  return run.decisions.map(({ atNs, decision }) => ({
    at: formatDuration(Math.round(atNs / NS_PER_MS) * NS_PER_MS),
    text: decisionSentence(decision),
  }));
}

export interface DifferenceCell {
  readonly text: string;
  /** "× 1.4" against the first engine; empty where it says nothing. */
  readonly factor: string;
}

export interface DifferenceRow {
  readonly key: string;
  readonly name: string;
  readonly cells: readonly DifferenceCell[];
}

type Cell = readonly [
  key: string,
  name: string,
  text: (run: EngineRun) => string,
  value?: (run: EngineRun) => number,
];

const moved = (run: EngineRun): boolean => run.outcome === 'completed';
const CELLS: readonly Cell[] = [
  ['end', 'Ends', endText],
  ['total', 'Total time', (run) => (moved(run) ? formatDuration(run.totalNs) : '–'), (run) => run.totalNs],
  [
    'stun',
    'Stun',
    (run) => (run.downtimeNs > 0 ? formatDuration(run.downtimeNs) : '–'),
    (run) => run.downtimeNs,
  ],
  ['bytes', 'On the wire', (run) => formatBytes(run.wireBytes), (run) => run.wireBytes],
  ['passes', 'Passes', (run) => formatCount(run.rounds.length)],
  ['pages', 'Pages sent', (run) => formatCount(run.sentPages), (run) => run.sentPages],
  [
    'left',
    'Left when stopped',
    (run) => (run.leftAtStopBytes === null ? '–' : formatBytes(run.leftAtStopBytes)),
  ],
  ['guest', 'Guest at least', (run) => formatPercent(run.lowestGuestPpm)],
  ['slowed', 'Slowed down for', (run) => (run.slowedNs > 0 ? formatDuration(run.slowedNs) : '–')],
  [
    'traces',
    'Stood still for traces',
    (run) => (run.traceStunNs > 0 ? formatDuration(run.traceStunNs) : '–'),
  ],
  ['after', 'After the move', afterText],
];

/** One row for each measure in which not all of them say nothing. */
export function differenceRows(runs: readonly (EngineRun | null)[]): DifferenceRow[] {
  const first = runs[0];
  return CELLS.map(([key, name, text, value]) => ({
    key,
    name,
    cells: runs.map((run, at) => {
      if (!run) return { text: '…', factor: '' };
      const comparable = at > 0 && first && value && moved(first) && moved(run) && value(first) > 0;
      return { text: text(run), factor: comparable ? factorText(value(run) / value(first)) : '' };
    }),
  })).filter((row) => row.cells.some((cell) => cell.text !== '–' && cell.text !== '…'));
}

function factorText(factor: number): string {
  if (Math.abs(factor - 1) < 0.005) return '=';
  return `× ${factor < 9.95 ? factor.toFixed(2) : formatCount(Math.round(factor))}`;
}

function afterText(run: EngineRun): string {
  if (!run.postCopy) return '–';
  const { startNs, endNs, remoteFaults } = run.postCopy;
  return `${formatDuration(endNs - startNs)}, ${formatCount(remoteFaults)} remote faults`;
}

/** The sentence that explains the largest difference; names are those of the runs. */
export function differenceSentence(found: Difference | null, names: readonly string[]): string {
  if (!found) return 'On this trace they all come to much the same end.';
  const [more, less] = [names[found.more] ?? '', names[found.less] ?? ''];
  if (found.cause.kind === 'end') return endSentence(found.cause, more, less);
  if (found.cause.kind === 'first-pass')
    return `${more} is still in its first pass: ${causeText(found.cause, less)}.`;
  return `${claim(found, more, less)}: ${causeText(found.cause, less)}.`;
}

function claim({ measure, factor }: Difference, more: string, less: string): string {
  const by = times(factor);
  if (measure === 'total') return `${more} takes ${by} as long as ${less}`;
  if (measure === 'stun') return `${more} stops the guest ${by} as long as ${less}`;
  return `${more} sends ${by} as much as ${less}`;
}

function endSentence(cause: EndCause, more: string, less: string): string {
  const why =
    `${formatRate(cause.dirtyBytesPerSecond)} get dirty while ${formatRate(cause.sendBytesPerSecond)} are sent, ` +
    `so never less than ${formatBytes(cause.leastLeftBytes)} are left`;
  const how: Record<EndCause['other'], string> = {
    slowed: `slows the guest to ${formatPercent(cause.otherPpm)}`,
    'moved-first': `moves the guest first and fetches ${formatBytes(cause.otherLeftBytes)} afterwards`,
    stopped: `stops the guest for ${formatDuration(cause.otherStunNs)} with ${formatBytes(cause.otherLeftBytes)} left`,
  };
  return `${more} does not end: ${why}; ${less} ${how[cause.other]}.`;
}

function causeText(cause: Exclude<Cause, EndCause>, less: string): string {
  switch (cause.kind) {
    case 'rate':
    case 'first-pass':
      return `it sends ${formatRate(cause.rates.more)} on average, ${less} ${formatRate(cause.rates.less)}`;
    case 'pages':
      return (
        `it sends ${formatCount(cause.pages.more)} pages in ${passes(cause.passes.more)}, ` +
        `${less} ${formatCount(cause.pages.less)} in ${passes(cause.passes.less)}`
      );
    case 'page-bytes':
      return (
        `a page costs it ${formatCount(Math.round(cause.pageBytes.more))} bytes on average, ` +
        `${less} ${formatCount(Math.round(cause.pageBytes.less))}`
      );
    case 'fixed':
      return 'about as much is left, but stopping and resuming itself takes longer';
    default:
      return (
        `it stops with ${formatBytes(cause.left.more)} left (${ruleText(cause.rules.more)}), ` +
        `${less} with ${formatBytes(cause.left.less)} (${ruleText(cause.rules.less)})`
      );
  }
}

const passes = (count: number): string => `${formatCount(count)} ${count === 1 ? 'pass' : 'passes'}`;

const REMEDY_WORDS: Readonly<Record<RemedyKind, (remedy: Remedy) => readonly [string, string]>> = {
  'no-cap': () => ['Lift the cap:', 'no limit but the link'],
  bandwidth: ({ amount }) => ['A link that carries', `${formatRate(amount)} of pages`],
  sdps: () => ['Stun during page send', '(SDPS) on'],
  throttle: () => ['Throttle the vCPUs:', 'auto-converge on'],
  'dirty-limit': () => ['Slow the writers:', 'dirty-limit on'],
  xbzrle: () => ['Send differences:', 'XBZRLE with room for all of memory'],
  'post-copy': ({ parameters }) => [
    'Move the guest first:',
    parameters['quickResume'] === true ? 'quick resume' : 'post-copy',
  ],
  'smaller-set': ({ amount }) => ['A guest that writes', `${formatIec(amount)} instead`],
};

export function remedyText(remedy: Remedy): { readonly before: string; readonly value: string } {
  const [before, value] = REMEDY_WORDS[remedy.kind](remedy);
  return { before, value };
}

/** What a remedy costs the guest, besides its stun. */
export function remedyPrice(run: EngineRun): string {
  const slowed =
    run.lowestGuestPpm < PPM
      ? `guest at down to ${formatPercent(run.lowestGuestPpm)} for ${formatDuration(run.slowedNs)}`
      : '';
  const { postCopy } = run;
  const faults = postCopy
    ? `${formatCount(postCopy.remoteFaults)} remote faults in ${formatDuration(postCopy.endNs - postCopy.startNs)} after the move`
    : '';
  return [slowed, faults].filter((text) => text !== '').join('; ');
}

/** What stands against an end: dirtied against sent, and what would have to be left. */
export function whyText(run: EngineRun): string {
  const { dirtyBytesPerSecond, sendBytesPerSecond } = steadyRates(run);
  if (run.rounds.length === 0)
    return `Not even the first pass is over: ${formatRate(sendBytesPerSecond)} are sent, and ${formatBytes(run.samples.at(-1)?.remainingBytes ?? 0)} are left.`;
  const rates =
    `After the first pass ${formatRate(dirtyBytesPerSecond)} get dirty and ${formatRate(sendBytesPerSecond)} are sent: ` +
    `${sendBytesPerSecond > dirtyBytesPerSecond ? 'each pass is hardly shorter than the one before' : 'no pass is shorter than the one before'}.`;
  const last = run.decisions.at(-1);
  return last ? `${rates} ${decisionSentence(last.decision)}` : rates;
}

export interface PredictedCell {
  readonly predicted: string;
  readonly actual: string;
  /** "12 % too low"; empty where nothing was predicted. */
  readonly error: string;
}

export interface PredictionRow {
  readonly id: string;
  readonly name: string;
  readonly total: PredictedCell;
  readonly stun: PredictedCell;
  readonly bytes: PredictedCell;
}

/** Each formula beside the run that ended. */
export function predictionRows(predictions: readonly Prediction[], run: EngineRun): PredictionRow[] {
  const seconds = (value: number) => formatDuration(Math.round(value * NS_PER_SECOND));
  return predictions.map((one) => {
    const errors = errorsOf(one, run);
    const never = one.totalSeconds === null;
    const total = cell(one.totalSeconds, seconds, formatDuration(run.totalNs), errors.total, never);
    return {
      id: one.id,
      name: one.name,
      total: never ? { ...total, predicted: 'never ends' } : total,
      stun: cell(one.downtimeSeconds, seconds, formatDuration(run.downtimeNs), errors.downtime, never),
      bytes: cell(one.totalBytes, formatBytes, formatBytes(run.wireBytes), errors.bytes, never),
    };
  });
}

function cell(
  value: number | null,
  format: (value: number) => string,
  actual: string,
  error: number | null,
  never: boolean,
): PredictedCell {
  if (value === null) return { predicted: never ? '–' : 'says nothing', actual, error: '' };
  return { predicted: format(value), actual, error: error === null ? '' : errorText(error) };
}

function errorText(error: number): string {
  const percent = Math.abs(error) * 100;
  if (percent < 0.05) return 'right';
  const size = percent < 9.95 ? percent.toFixed(1) : formatCount(Math.round(percent));
  return `${size} % too ${error > 0 ? 'high' : 'low'}`;
}

/** What the trace is made of, and how finely. */
export function traceText(usedBytes: number, writesPerSecond: number, pagesPerEntry: number): string {
  const fine =
    pagesPerEntry === 1
      ? 'page by page'
      : `in steps of ${formatCount(pagesPerEntry)} pages, ${formatIec(pagesPerEntry * PAGE_BYTES)}, that count as written alike`;
  return `${formatIec(usedBytes)} of memory, up to ${formatCount(writesPerSecond)} page writes a second, recorded once and read by every engine ${fine}.`;
}

export function linkText(bytesPerSecond: number, rttNs: number): string {
  return `${formatLinkRate(bytesPerSecond)} of pages, ${formatDuration(rttNs)} there and back`;
}
