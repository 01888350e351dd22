/** The log as sentences: what has happened up to an instant, the line that says now, and what is expected next. */
import type { Ns } from '../base/units.ts';
import { formatBytes, formatClock, formatCount, formatDuration } from '../scenario/quantity.ts';
import type { SimEvent } from '../sim/events.ts';
import type { PlannedMigration, RunLog } from '../sim/run-log.ts';
import { sentence, type Sentence } from '../sim/sentences.ts';
import type { Moment } from './moment.ts';

export interface FeedLine extends Sentence {
  readonly key: string;
  readonly atNs: Ns;
  readonly clock: string;
}

const written = new WeakMap<SimEvent, FeedLine>();

/** A sentence never changes, so each is written once. */
export function feedLine(event: SimEvent, migration: PlannedMigration): FeedLine {
  let line = written.get(event);
  if (!line) {
    line = {
      ...sentence(event, migration),
      key: `${event.seq}`,
      atNs: event.atNs,
      clock: formatClock(event.atNs),
    };
    written.set(event, line);
  }
  return line;
}

/** Which lines: all, or only what was decided; without predictions where a reader is to make one first. */
export interface FeedFilter {
  readonly onlyDecisions: boolean;
  readonly predictions: boolean;
}

export function feedUpTo(log: RunLog, eventCount: number, filter: FeedFilter): FeedLine[] {
  const lines: FeedLine[] = [];
  for (let i = 0; i < eventCount; i++) {
    const event = log.events[i] as SimEvent;
    const migration = log.migrations[event.migration];
    if (!migration) continue;
    const line = feedLine(event, migration);
    if (!filter.predictions && line.tone === 'prediction') continue;
    if (!filter.onlyDecisions || line.tone === 'decision' || line.tone === 'bad') lines.push(line);
  }
  return lines;
}

/** What is going on between two events; null where the last event says it all. */
export function nowText(moment: Moment): string | null {
  const round = moment.rounds.at(-1);
  if (moment.report) return null;
  if (moment.stage === 'stun')
    return `${moment.migration.vm} stands still for ${formatDuration(moment.downtimeNs)} so far.`;
  if (round && !round.done) {
    return `Round ${round.round}: ${formatCount(round.sentPages)} of ${formatCount(round.dirtyPages)} pages sent.`;
  }
  return null;
}

/** What the latest estimate promises for the rest; nothing once the VM has resumed. */
export function expectedLines(moment: Moment): FeedLine[] {
  const { estimate, migration, stage } = moment;
  if (!estimate || moment.gap || moment.report || stage === 'ready') return [];
  const endNs = migration.requestedNs + estimate.totalNs;
  const line = (key: string, atNs: Ns, strong: string, text: string): FeedLine => ({
    key,
    atNs,
    clock: formatClock(atNs),
    strong,
    text,
    tone: 'prediction',
  });
  if (!estimate.converges) {
    return [
      line(
        'gives-up',
        endNs,
        'Gives up',
        `after ${formatCount(estimate.rounds)} rounds: it does not converge.`,
      ),
    ];
  }
  const stunNs = endNs - estimate.networkGapNs;
  return [
    line(
      'stun',
      stunNs,
      `Round ${estimate.rounds - 1} last:`,
      `${migration.vm} stops for ${formatDuration(estimate.downtimeNs)}.`,
    ),
    line(
      'end',
      endNs,
      `Moved to ${migration.targetHost}`,
      `with ${formatBytes(estimate.wireBytes)} on the wire; RARP has told the switch.`,
    ),
  ];
}

/** The latest decision as one text; empty before the first. */
export function lastDecision(log: RunLog, eventCount: number): string {
  for (let i = eventCount - 1; i >= 0; i--) {
    const event = log.events[i] as SimEvent;
    const migration = log.migrations[event.migration];
    const line = migration ? feedLine(event, migration) : null;
    if (line && (line.tone === 'decision' || line.tone === 'bad'))
      return `${line.strong} ${line.text}`.trim();
  }
  return '';
}
