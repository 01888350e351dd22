/** Sentences that stand inside the pictures, each a pure function of the moment; longest variant first where room decides. */
import { formatBytes, formatCount, formatDuration, formatIec, formatRate } from '../model/format.ts';
import type { Moment } from '../model/moment.ts';

/** "117 of 125 MB/s" while the link is busy; what it can carry while it is idle. */
export function linkWords({ bytesPerSecond, migration }: Moment): string[] {
  const line = formatRate(migration.lineBytesPerSecond);
  if (bytesPerSecond === 0) return [`idle, ${line}`, 'idle'];
  const rate = formatRate(bytesPerSecond);
  const sameUnit = rate.split(/\s/)[1] === line.split(/\s/)[1];
  return [`${sameUnit ? rate.split(/\s/)[0] : rate} of ${line}`, rate];
}

export interface GaugeWords {
  readonly title: readonly string[];
  readonly sum: readonly string[];
  readonly verdict: string;
  /** The verdict where there is room for a few words only. */
  readonly short: string;
}

/** If the VM were stopped at this instant: what is left over what the link carries. */
export function gaugeWords(moment: Moment): GaugeWords {
  const { leftBytes, migration, neededNs, goalNs } = moment;
  const left = formatBytes(leftBytes);
  const needed = formatDuration(neededNs);
  return {
    title: ['If it stopped now', 'Stopped now'],
    sum: [`${left} / ${formatRate(migration.bytesPerSecond)} = ${needed}`, `${left}: ${needed}`, needed],
    verdict: verdict(moment, neededNs <= goalNs),
    short: moment.stage === 'failed' ? 'given up' : neededNs <= goalNs ? 'short enough' : 'too long, go on',
  };
}

function verdict(moment: Moment, enough: boolean): string {
  if (moment.stage === 'failed') return failedVerdict(moment);
  if (moment.stage === 'cancelled') return 'Cancelled: the copy is thrown away.';
  if (enough) return 'Short enough: decided when the round ends.';
  return 'Too long: finish the round, look again.';
}

function failedVerdict({ failReason }: Moment): string {
  if (failReason === 'no-convergence') return 'Rounds no longer shrink: no use going on.';
  if (failReason === 'switchover-timeout') return 'It was stopped too long: given up.';
  return 'Given up.';
}

/** While the VM stands still, and after. */
export function stoppedWords(moment: Moment): GaugeWords {
  const { vm } = moment.migration;
  const time = formatDuration(moment.downtimeNs);
  if (!moment.running) {
    return {
      title: [`${vm} stands still`, 'Stopped'],
      sum: [`for ${time} so far`, time],
      verdict: 'The last pages and its devices cross.',
      short: '',
    };
  }
  const gap = moment.gap;
  const gapNs = gap?.toNs ? gap.toNs - gap.fromNs : null;
  return {
    title: [`${vm} stood still`, 'Stopped'],
    sum: [`for ${time}`, time],
    verdict:
      gapNs === null
        ? 'Its clients do not know yet where it is.'
        : `Its clients waited ${formatDuration(gapNs)}.`,
    short: gapNs === null ? '' : `clients waited ${formatDuration(gapNs)}`,
  };
}

export function toCopyWords({ migration }: Moment): string[] {
  return [
    `${formatIec(migration.usedBytes)}, ${formatCount(migration.pageCount)} pages`,
    'to copy while it runs',
  ];
}

/** What the line above the target says of the VM that is to come. */
export function targetWords(moment: Moment, ready: boolean): string[] {
  const { vm } = moment.migration;
  if (ready) return [`drop ${vm} here`, 'drop here'];
  if (moment.stage === 'failed' || moment.stage === 'cancelled') return ['copy thrown away', 'thrown away'];
  return [`${vm} lands here`, 'lands here'];
}

/** One sentence for a reader who does not see the stage. */
export function stageSummary(moment: Moment): string {
  const { migration, stage, leftPages, neededNs, goalNs } = moment;
  const { vm, sourceHost, targetHost } = migration;
  if (stage === 'completed') return `${vm} runs on ${targetHost}; ${sourceHost} has freed its memory.`;
  if (stage === 'failed' || stage === 'cancelled')
    return `${vm} runs on ${moment.runsOn}; the copy on ${targetHost} is thrown away.`;
  if (moment.round < 0) return `${vm} runs on ${sourceHost}; nothing has been copied to ${targetHost} yet.`;
  if (!moment.running)
    return `${vm} stands still between ${sourceHost} and ${targetHost}, for ${formatDuration(moment.downtimeNs)} so far.`;
  if (moment.runsOn === targetHost) return `${vm} runs on ${targetHost} with all of its memory.`;
  return `${vm} runs on ${sourceHost}; ${formatCount(leftPages)} of ${formatCount(migration.pageCount)} pages are not current on ${targetHost}: stopped now it would need ${formatDuration(neededNs)} of the link, the goal is ${formatDuration(goalNs)}.`;
}

export function pingWords({ client }: Moment): string {
  return `${formatCount(client.pings)} ${client.pings === 1 ? 'ping' : 'pings'}, ${formatCount(client.lostPings)} unanswered`;
}

export function clientWords(moment: Moment): string[] {
  const { client } = moment;
  const pings = pingWords(moment);
  const answered = `${formatCount(client.acknowledged)} transactions`;
  const twice = client.twice > 0 ? `, ${formatCount(client.twice)} twice` : '';
  return [
    `${pings}; ${answered}, ${formatCount(client.lost)} lost${twice}`,
    pings,
    `${formatCount(client.lostPings)} unanswered`,
  ];
}
