/** What a finished run says of itself: parts of the downtime, predicted against actual, the proof. Pure functions of the report. */
import type { Ns } from '../base/units.ts';
import { formatBytes, formatCount, formatDuration, formatIec, formatPercent } from '../model/format.ts';
import type { TermKey } from '../model/glossary.ts';
import type { WaterfallPart } from '../layout/waterfall.ts';
import type { MigrationReport, RunLog } from '../model/types.ts';

const PART_NAMES = {
  stop: 'Stop the vCPUs',
  bitmap: 'Final dirty bitmap',
  'last-pages': 'Last pages',
  'device-state': 'Device state',
} as const;

export function waterfallParts(log: RunLog, migration: number, report: MigrationReport): WaterfallPart[] {
  const first = report.downtimeParts[0];
  if (!first) return [];
  const parts = report.downtimeParts.map((part): WaterfallPart => ({
    key: part.part,
    name: part.part === 'resume' ? `Resume on ${report.targetHost}` : PART_NAMES[part.part],
    startNs: part.startNs - first.startNs,
    durationNs: part.durationNs,
    says: partSays(part.part, part.durationNs, part.bytes, report),
    kind: 'stopped',
  }));
  return [...parts, ...networkParts(log, migration, report, first.startNs)];
}

function partSays(part: string, durationNs: Ns, bytes: number, report: MigrationReport): string[] {
  const time = formatDuration(durationNs);
  if (part === 'last-pages') {
    const pages = formatCount(report.stun?.sentPages ?? 0);
    const unit = report.stun?.sentPages === 1 ? 'page' : 'pages';
    return [`${time}, ${pages} ${unit}, ${formatBytes(bytes)}`, `${time}, ${formatBytes(bytes)}`, time];
  }
  return bytes > 0 ? [`${time}, ${formatIec(bytes)}`, time] : [time];
}

/** After the VM runs again its clients still wait: for the switch to learn the port, and for the next ping. */
function networkParts(log: RunLog, migration: number, report: MigrationReport, stunNs: Ns): WaterfallPart[] {
  const at = (code: string) =>
    log.events.find((event) => event.migration === migration && event.code === code)?.atNs;
  const resumedNs = at('resumed');
  const learnedNs = at('mac-learned');
  if (resumedNs === undefined || learnedNs === undefined) return [];
  const backNs = Math.max(learnedNs, stunNs + report.networkGapNs);
  const part = (key: string, name: string, fromNs: Ns, toNs: Ns): WaterfallPart => ({
    key,
    name,
    startNs: fromNs - stunNs,
    durationNs: toNs - fromNs,
    says: [formatDuration(toNs - fromNs)],
    kind: 'network',
  });
  return [
    part('rarp', 'RARP, switch learns', resumedNs, learnedNs),
    ...(backNs > learnedNs ? [part('answer', 'First ping answered', learnedNs, backNs)] : []),
  ];
}

export interface Compared {
  readonly key: string;
  readonly name: string;
  readonly term: TermKey;
  readonly predicted: string;
  readonly actual: string;
  readonly error: string;
  /** Percent of the prediction; null where it says nothing. */
  readonly percent: number | null;
}

export function predictedThenActual(report: MigrationReport): Compared[] {
  const { predicted } = report;
  if (!predicted) return [];
  type Row = [string, string, number, number, (value: number) => string, TermKey];
  const slowest: Row = [
    'speed',
    'Slowest speed',
    predicted.slowestPpm,
    report.slowestPpm,
    formatPercent,
    'speed',
  ];
  const rows: Row[] = [
    ['total', 'Total time', predicted.totalNs, report.totalNs, formatDuration, 'total'],
    ...(predicted.slowedNs > 0 || report.slowedNs > 0 ? [slowest] : []),
    ['downtime', 'Downtime', predicted.downtimeNs, report.downtimeNs, formatDuration, 'stun'],
    ['gap', 'Network gap', predicted.networkGapNs, report.networkGapNs, formatDuration, 'gap'],
    ['wire', 'On the wire', predicted.wireBytes, report.wireBytes, formatBytes, 'wire'],
    ['rounds', 'Rounds', predicted.rounds, report.rounds.length, formatCount, 'round'],
  ];
  return rows.map(([key, name, expected, actual, format, term]) => {
    const percent = expected > 0 ? ((actual - expected) / expected) * 100 : null;
    const row = { key, name, term, predicted: format(expected), actual: format(actual) };
    // A run that was stopped by hand says nothing about its prediction.
    if (report.outcome === 'cancelled') return { ...row, error: '–', percent: null };
    return { ...row, error: errorText(percent, actual), percent };
  });
}

function errorText(percent: number | null, actual: number): string {
  if (percent === null) return actual === 0 ? '0' : '–';
  const size = Math.abs(percent);
  const digits = size < 0.05 ? '0' : size < 99.95 ? size.toFixed(1) : size.toFixed(0);
  if (digits === '0') return '0';
  return `${percent < 0 ? '−' : '+'}${digits} %`;
}

/** The sign goes with the word: what could not be compared is not called equal. */
export interface Proof {
  readonly says: string;
  readonly equal: boolean | null;
  readonly sourceHash: string | null;
  readonly targetHash: string | null;
  readonly note: string;
}

export function proofOf(report: MigrationReport): Proof {
  const { verified, verifiedBy, pagesCompared } = report;
  const hashes = { sourceHash: grouped(report.sourceHash), targetHash: grouped(report.targetHash) };
  if (verifiedBy === 'accounting') {
    const says =
      report.outcome === 'completed'
        ? 'every page counted: each one is at the target and current'
        : 'nothing to prove';
    return {
      ...hashes,
      says,
      equal: null,
      note: 'A VM of this size is followed by page, not by byte: there are no bytes to compare.',
    };
  }
  if (verified === null)
    return {
      ...hashes,
      says: 'nothing to prove',
      equal: null,
      note: 'The memory on the source is the only one.',
    };
  const pages = `${formatCount(pagesCompared)} pages compared`;
  return {
    ...hashes,
    says: verified ? `${pages}, memory hash equal` : `${pages}, memory hash not equal`,
    equal: verified,
    note: verified
      ? ''
      : 'The memories differ: the VM runs on at the source. Please copy the log and report it.',
  };
}

/** "9f3c 61d0 7a2b e845": hashes are read in fours. */
function grouped(hash: string | null): string | null {
  return hash === null ? null : (hash.match(/.{1,4}/g) ?? []).join(' ');
}

export function clientSentence(report: MigrationReport, pingIntervalNs: Ns, met: string): string {
  const { client } = report;
  if (client.lostPings === 0) return `${met.charAt(0).toUpperCase()}${met.slice(1)}.`;
  const dots = client.lostPings === 1 ? 'one mark' : `${formatCount(client.lostPings)} marks`;
  const resent =
    client.retransmissions > 0
      ? ` TCP sent ${formatCount(client.retransmissions)} ${client.retransmissions === 1 ? 'request' : 'requests'} again:`
      : ' No request had to be sent again:';
  const lost =
    client.lost === 0 ? ' every session lived on.' : ` ${formatCount(client.lost)} transactions were lost.`;
  return `The gap is ${dots} of ${formatDuration(pingIntervalNs)}.${resent}${lost}`;
}
