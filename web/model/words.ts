/** What the rail says about one instant: the headline, the line under it and four numbers. Pure functions of a moment. */
import { PPM } from '../base/units.ts';
import {
  formatBytes,
  formatClock,
  formatCount,
  formatDuration,
  formatIec,
  formatPercent,
} from '../scenario/quantity.ts';

import type { TermKey } from './glossary.ts';
import type { Moment } from './moment.ts';

export interface Headline {
  readonly title: string;
  readonly under: string;
}

export interface Figure {
  readonly value: string;
  readonly label: string;
  readonly tone: 'plain' | 'dirty' | 'predict' | 'stun';
  /** What the label means. */
  readonly term: TermKey;
}

export function headline(moment: Moment): Headline {
  const { vm, sourceHost, targetHost, pageCount, usedBytes } = moment.migration;
  switch (moment.stage) {
    case 'ready':
      // The clock runs towards a request that the scenario makes later.
      if (moment.atNs > 0)
        return {
          title: `${vm} is asked to move at ${formatClock(moment.migration.requestedNs)}`,
          under: `Until then it runs on ${sourceHost}, as on any day.`,
        };
      return {
        title: `Drag ${vm} to ${targetHost}, or press Migrate`,
        under: moment.swapped
          ? `Back to ${targetHost}: sides swapped, the source is on the left.`
          : 'It goes on running while its memory is copied. For how long must it stop at the end?',
      };
    case 'queued':
      return { title: `${vm} waits for its turn`, under: 'Another migration is under way.' };
    case 'checking':
      return { title: `May ${vm} run on ${targetHost}?`, under: `It runs on ${sourceHost} meanwhile.` };
    case 'preparing':
      return {
        title: `${targetHost} makes room for ${vm}`,
        under: `${sourceHost} and ${targetHost} open the connection for ${formatIec(usedBytes)} of memory.`,
      };
    case 'tracing':
      return {
        title: 'From now on every write is noticed',
        under: `Traces are set on ${formatCount(pageCount)} pages.`,
      };
    case 'pre-copy':
      return { title: roundTitle(moment), under: runningUnder(moment) };
    case 'stun':
      return {
        title: `${vm} stands still: the last pages cross`,
        under: `Stopped for ${formatDuration(moment.downtimeNs)} so far. Its users wait.`,
      };
    case 'settling':
      return moment.runsOn === targetHost
        ? {
            title: `${vm} runs on ${targetHost}`,
            under: `It stood still for ${formatDuration(moment.downtimeNs)}. RARP tells the switch where it is now.`,
          }
        : { title: `${vm} runs on at ${sourceHost}`, under: 'The copy on the target is thrown away.' };
    case 'completed':
      return {
        title: completedTitle(moment),
        under: `${vm} runs on ${targetHost}; ${sourceHost} has freed its memory.`,
      };
    case 'cancelled':
      return {
        title: `Cancelled: ${vm} runs on at ${sourceHost}`,
        under: stayed(moment),
      };
    case 'failed':
      return { title: failedTitle(moment), under: stayed(moment) };
  }
}

function roundTitle({ round, rounds, migration }: Moment): string {
  if (round === 0)
    return `Round 0: sending all ${formatCount(migration.pageCount)} pages while ${migration.vm} runs`;
  const done = rounds.at(-1)?.done === true;
  return done
    ? `Round ${round} is over: how much was written meanwhile?`
    : `Round ${round}: sending again what was written during round ${round - 1}`;
}

/** A guest slower than this is felt by whoever uses it. */
const NOTICED_BELOW_PPM = 0.95 * PPM;

function runningUnder(moment: Moment): string {
  const { migration, runsOn, speedPpm } = moment;
  const { vm } = migration;
  if (slowedBySdps(moment))
    return `${vm} runs on ${runsOn}, but SDPS lets it run at ${formatPercent(speedPpm)} of its speed: ${usersSo(moment)}.`;
  if (speedPpm < NOTICED_BELOW_PPM)
    return `${vm} runs on ${runsOn} at ${formatPercent(speedPpm)} of its speed: noticing its writes costs time.`;
  return `${vm} still runs on ${runsOn}: ${usersSo(moment)}.`;
}

/** SDPS has put the vCPUs to sleep for a part of the time, and they still are. */
export function slowedBySdps({ rounds, speedPpm, running, stage }: Moment): boolean {
  return running && stage === 'pre-copy' && speedPpm < PPM && rounds.some((round) => round.reason === 'sdps');
}

const pingsLost = (count: number): string =>
  count === 0 ? 'no ping lost' : `${formatCount(count)} ${count === 1 ? 'ping' : 'pings'} lost`;

/** A smaller share of its transactions is no difference that anybody could see. */
const UNSEEN_PPM = 0.005 * PPM;

/** What its users have met so far, as their clients counted it. */
export function usersSo({ client, undisturbedTransactions }: Moment): string {
  const fewer = Math.max(0, 1 - client.acknowledged / Math.max(1, undisturbedTransactions)) * PPM;
  if (client.lostPings === 0 && fewer < UNSEEN_PPM) return 'its users have noticed nothing';
  return `${pingsLost(client.lostPings)}, ${formatPercent(fewer)} fewer transactions`;
}

/** Where traces are set with all vCPUs stopped, that is a stop of its own. */
function tracing(stunNs: number): string {
  return stunNs > 0 ? `, and ${formatDuration(stunNs)} at the start, when traces were set` : '';
}

function completedTitle({ report, downtimeNs, client, atNs, migration, tracedStunNs }: Moment): string {
  const total = formatDuration(report?.totalNs ?? atNs - migration.requestedNs);
  const slowed =
    report && report.slowedNs > 0
      ? `SDPS slowed ${migration.vm} to ${formatPercent(report.slowestPpm)} of its speed for ${formatDuration(report.slowedNs)}; then it`
      : migration.vm;
  const pings =
    client.lostPings === 0
      ? 'every ping was answered'
      : `${formatCount(client.lostPings)} ${client.lostPings === 1 ? 'ping' : 'pings'} went unanswered`;
  const lost =
    client.lost === 0 ? 'no transaction was lost' : `${formatCount(client.lost)} transactions were lost`;
  return `Moved in ${total}. ${slowed} stood still for ${formatDuration(downtimeNs)}${tracing(tracedStunNs)}; ${pings}, ${lost}.`;
}

function failedTitle({ failReason, migration }: Moment): string {
  const { vm, targetHost } = migration;
  switch (failReason) {
    case 'no-convergence':
      return `Not moved: the pages of ${vm} get dirty again as fast as the link can send them`;
    case 'switchover-timeout':
      return 'Not moved: the switchover took too long';
    case 'proof':
      return `Not moved: the memory on ${targetHost} is not the same`;
    default:
      return `Not moved: ${vm} may not run on ${targetHost}`;
  }
}

function stayed(moment: Moment): string {
  const { migration, downtimeNs, sentPages, rounds } = moment;
  const slowed = rounds.some((round) => round.reason === 'sdps');
  const users =
    downtimeNs > 0
      ? `It stood still for ${formatDuration(downtimeNs)} and runs on at ${migration.sourceHost}`
      : slowed
        ? `It runs on at ${migration.sourceHost}, at full speed again; ${usersSo(moment)}`
        : `It runs on at ${migration.sourceHost}: ${usersSo(moment)}`;
  return sentPages > 0 ? `${users}; the copy on ${migration.targetHost} is thrown away.` : `${users}.`;
}

export function figures(moment: Moment): Figure[] {
  if (moment.stage === 'ready') return predictedFigures(moment);
  if (moment.stage === 'completed') return completedFigures(moment);
  if (moment.stage === 'failed' || moment.stage === 'cancelled') return stoppedFigures(moment);
  const now = slowedBySdps(moment) && moment.downtimeNs === 0 ? slowness(moment) : downtime(moment);
  return [sent(moment), left(moment), now, predictedStun(moment)];
}

function predictedFigures({ estimate }: Moment): Figure[] {
  if (!estimate) return [];
  const figure = (value: string, label: string, term: TermKey): Figure => ({
    value,
    label,
    tone: 'predict',
    term,
  });
  return [
    figure(
      formatDuration(estimate.totalNs),
      estimate.converges ? 'predicted total' : 'predicted until it gives up',
      'total',
    ),
    estimate.converges
      ? figure(formatDuration(estimate.downtimeNs), 'predicted stun', 'stun')
      : figure('never', 'predicted: it does not converge', 'converge'),
    figure(formatBytes(estimate.wireBytes), 'predicted on the wire', 'wire'),
    figure(
      formatCount(estimate.rounds),
      estimate.rounds === 1 ? 'predicted round' : 'predicted rounds',
      'round',
    ),
  ];
}

function completedFigures(moment: Moment): Figure[] {
  const { report, client } = moment;
  return [
    plain(formatDuration(report?.totalNs ?? 0), 'total time', 'total'),
    { value: formatDuration(moment.downtimeNs), label: 'the VM stood still', tone: 'stun', term: 'stun' },
    sent(moment),
    plain(formatCount(client.lostPings), `unanswered of ${formatCount(client.pings)} pings`, 'ping'),
  ];
}

function stoppedFigures(moment: Moment): Figure[] {
  const finished = moment.rounds.filter((round) => round.done && !round.stun);
  const last = finished.at(-1);
  const ratio = last && last.sentPages > 0 ? last.writtenPages / last.sentPages : null;
  return [
    plain(
      formatBytes(moment.wireBytes),
      `on the wire, ${roundsText(moment.rounds.length)}, ${formatDuration(moment.atNs - moment.migration.requestedNs)}`,
      'wire',
    ),
    left(moment),
    downtime(moment),
    ratio === null
      ? plain('0', 'finished rounds', 'round')
      : plain(ratio.toFixed(2), 'pages left for each page sent, last round', 'converge'),
  ];
}

const pagesText = (count: number): string => `${formatCount(count)} ${count === 1 ? 'page' : 'pages'}`;
const roundsText = (count: number): string => `${formatCount(count)} ${count === 1 ? 'round' : 'rounds'}`;
const plain = (value: string, label: string, term: TermKey): Figure => ({
  value,
  label,
  tone: 'plain',
  term,
});

function sent({ wireBytes, sentPages }: Moment): Figure {
  return plain(formatBytes(wireBytes), `on the wire, ${pagesText(sentPages)} sent`, 'wire');
}

function left({ leftBytes, leftPages }: Moment): Figure {
  return {
    value: formatIec(leftBytes),
    label: `still dirty, ${pagesText(leftPages)}`,
    tone: 'dirty',
    term: 'dirty',
  };
}

/** While SDPS slows the guest, that is its price so far; the stun is still to come. */
function slowness({ speedPpm }: Moment): Figure {
  return {
    value: formatPercent(speedPpm),
    label: 'of its speed: SDPS slows the VM',
    tone: 'plain',
    term: 'sdps',
  };
}

function downtime({ downtimeNs, running, stage }: Moment): Figure {
  const over = stage === 'failed' || stage === 'cancelled';
  const label = over ? 'downtime' : running && downtimeNs > 0 ? 'the VM stood still' : 'downtime so far';
  return { value: formatDuration(downtimeNs), label, tone: downtimeNs > 0 ? 'stun' : 'plain', term: 'stun' };
}

/** Until it has happened it is a prediction; afterwards the gap its clients saw is measured. */
function predictedStun({ estimate, atNs, gap, migration }: Moment): Figure {
  if (gap)
    return {
      value: formatDuration((gap.toNs ?? atNs) - gap.fromNs),
      label: 'gap seen by the client so far',
      tone: 'stun',
      term: 'gap',
    };
  if (!estimate) return plain('–', 'stun, predicted by you', 'stun');
  if (!estimate.converges)
    return { value: 'never', label: 'predicted: it does not converge', tone: 'predict', term: 'converge' };
  const startsNs = migration.requestedNs + estimate.totalNs - estimate.networkGapNs;
  const when = startsNs > atNs ? `, in ${formatDuration(startsNs - atNs)}` : '';
  return {
    value: formatDuration(estimate.downtimeNs),
    label: `predicted stun${when}`,
    tone: 'predict',
    term: 'stun',
  };
}

/** Where the time stands against what was expected, for the transport. */
export function expectedEnd(
  moment: Moment,
  seenEndNs: number | null,
): { text: string; tone: 'predict' | 'plain' | 'stun' } {
  const { stage, migration, estimate } = moment;
  if (stage === 'failed')
    return { text: `given up, ${migration.vm} stays on ${moment.runsOn}`, tone: 'stun' };
  if (stage === 'cancelled')
    return { text: `cancelled, ${migration.vm} stays on ${moment.runsOn}`, tone: 'plain' };
  if (stage === 'completed') {
    const first = moment.firstEstimate;
    return {
      text: first ? `done, predicted ${formatClock(migration.requestedNs + first.totalNs)}` : 'done',
      tone: 'plain',
    };
  }
  if (seenEndNs !== null) return { text: `of ${formatClock(seenEndNs)}`, tone: 'plain' };
  if (!estimate) return { text: '', tone: 'plain' };
  return { text: `of ${formatClock(migration.requestedNs + estimate.totalNs)} predicted`, tone: 'predict' };
}

/** When the migration is expected to end, as known at this instant. */
export function predictedEndNs({ migration, estimate }: Moment): number {
  return migration.requestedNs + (estimate?.totalNs ?? 0);
}
