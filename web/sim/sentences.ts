/** One sentence for each event: a pure function of its code and numbers, so that a log can be read anywhere. */
import type { Ns } from '../base/units.ts';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatIec,
  formatPercent,
  formatRate,
} from '../scenario/quantity.ts';
import {
  CHECKS,
  FAIL_REASONS,
  ROUND_REASONS,
  type Check,
  type EventCode,
  type EventNumbers,
  type FailReason,
  type SimEvent,
} from './events.ts';

export interface Names {
  readonly vm: string;
  readonly sourceHost: string;
  readonly targetHost: string;
}

/** `strong` begins the sentence and is its decision; `text` goes on from there. */
export interface Sentence {
  readonly strong: string;
  readonly text: string;
  readonly tone: 'plain' | 'decision' | 'bad' | 'prediction';
}

type Writer<C extends EventCode> = (n: EventNumbers[C], names: Names) => Sentence;

const plain = (text: string, strong = ''): Sentence => ({ strong, text, tone: 'plain' });
const decision = (strong: string, text: string): Sentence => ({ strong, text, tone: 'decision' });
const bad = (strong: string, text: string): Sentence => ({ strong, text, tone: 'bad' });
const pages = (count: number): string => `${formatCount(count)} ${count === 1 ? 'page' : 'pages'}`;
const times = (count: number, one: string, many: string): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`;

const WRITERS: { [C in EventCode]: Writer<C> } = {
  requested: (n, { vm, sourceHost, targetHost }) =>
    plain(
      `${vm} is asked to move from ${sourceHost} to ${targetHost}: ${formatIec(n.usedBytes)} of its ${formatIec(n.memoryBytes)} are in use, ${pages(n.pages)}.`,
    ),
  queued: (n) => plain(`Waits: ${times(n.ahead, 'migration is', 'migrations are')} ahead of it.`),
  'checks-started': (n) => plain(`Checks ${times(n.checks, 'requirement', 'requirements')}.`),
  'checks-passed': (n) =>
    plain(
      `${n.checks} of ${n.checks} checks passed: another host, a vMotion path, a shared datastore, memory on the target.`,
    ),
  'check-failed': (n, names) => bad('May not move:', checkText(CHECKS[n.check] as Check, n, names)),
  estimated: (n) => prediction(n),
  prepared: (n, { targetHost }) =>
    plain(
      `${formatIec(n.reservedBytes)} reserved on ${targetHost}. The link carries ${formatRate(n.bytesPerSecond)} of pages` +
        (n.windowLimited
          ? ': the socket buffer over the round trip allows no more.'
          : ` of ${formatRate(n.lineBytesPerSecond)} line rate.`),
    ),
  'disk-copied': (n) =>
    plain(
      `The disk is at the target: ${formatIec(n.bytes)} in ${formatDuration(n.durationNs)}` +
        (n.mirroredBytes > 0 ? `, and ${formatIec(n.mirroredBytes)} written meanwhile went twice.` : '.'),
    ),
  traced: (n) =>
    plain(
      n.stunNs > 0
        ? `Traces set on ${pages(n.pages)}; all vCPUs stood still for ${formatDuration(n.stunNs)}.`
        : `Traces set on ${pages(n.pages)} by one vCPU in ${formatDuration(n.durationNs)}; the others ran on.`,
    ),
  'round-started': (n) =>
    n.round === 0
      ? decision('Round 0', `sends all ${pages(n.dirtyPages)} in use.`)
      : plain(`sends the ${pages(n.dirtyPages)} written during round ${n.round - 1}.`, `Round ${n.round}`),
  'round-ended': roundEnded,
  'sdps-set': (n) =>
    decision(
      'SDPS:',
      `${formatRate(n.dirtyBytesPerSecond)} newly dirtied against ${formatRate(n.bytesPerSecond)} sent. The vCPUs sleep a few ms at a time; the VM runs at ${formatPercent(n.speedPpm)}.`,
    ),
  stunned: (n, { vm, sourceHost }) =>
    decision(
      `${vm} stops on ${sourceHost}.`,
      `${pages(n.leftPages)} left, ${formatBytes(n.leftBytes)}: ${formatDuration(n.neededNs)} of the ${formatDuration(n.goalNs)} goal.`,
    ),
  'bitmap-sent': (n) => plain(`Dirty bitmap sent: ${formatIec(n.bytes)} in ${formatDuration(n.durationNs)}.`),
  'last-pages-sent': (n) =>
    plain(
      `Last ${pages(n.pages)} sent: ${formatBytes(n.wireBytes)} on the wire in ${formatDuration(n.durationNs)}.`,
    ),
  'device-state-sent': (n) =>
    plain(`vCPUs and devices sent: ${formatIec(n.bytes)} in ${formatDuration(n.durationNs)}.`),
  verified: (n) => proof(n),
  'lock-moved': (n, { targetHost }) =>
    plain(`${targetHost} takes the disk lock and restores the devices: ${formatDuration(n.durationNs)}.`),
  resumed: (n, { vm }) => decision(`${vm} runs again`, `after ${formatDuration(n.downtimeNs)}.`),
  'rarp-sent': (n, { targetHost }) =>
    plain(
      `${targetHost} broadcasts RARP with the VM's MAC address, ${formatDuration(n.delayNs)} after resume.`,
    ),
  'mac-learned': (n, { targetHost }) =>
    plain(
      `The switch knows the MAC address behind ${targetHost}'s port, ${formatDuration(n.delayNs)} later. Address and sessions are the same.`,
    ),
  'client-back': (n) =>
    decision(
      'The client is answered again:',
      `its gap was ${formatDuration(n.networkGapNs)}, ${times(n.lostPings, 'ping', 'pings')} lost, ${times(n.retransmissions, 'request', 'requests')} sent again.`,
    ),
  'client-lost': (_, { targetHost }) =>
    bad(
      'Not reached:',
      `the port group on ${targetHost} is in another broadcast domain. The VM runs, and no client finds it.`,
    ),
  'source-freed': (n, { sourceHost }) => plain(`${sourceHost} frees ${formatIec(n.bytes)}.`),
  completed: (n) =>
    decision(
      'Moved',
      `in ${formatDuration(n.totalNs)}: ${formatBytes(n.wireBytes)} in ${times(n.rounds, 'round', 'rounds')} and the stun of ${formatDuration(n.downtimeNs)}.`,
    ),
  'cancel-requested': (n, { vm, targetHost }) =>
    n.tooLate
      ? plain(`Cancel came too late: ${vm} runs on ${targetHost} already.`)
      : decision('Cancelled by the user.', `The copy on ${targetHost} is thrown away.`),
  cancelled: (n, { vm, sourceHost }) =>
    decision(
      `${vm} runs on at ${sourceHost}`,
      `as before; ${formatBytes(n.wireBytes)} were sent for nothing.`,
    ),
  failed: (n, { vm, sourceHost }) =>
    bad('Not moved:', `${FAILURES[FAIL_REASONS[n.reason] as FailReason]} ${vm} runs on at ${sourceHost}.`),
};

/** `names` are those of the event's migration. */
export function sentence(event: SimEvent, names: Names): Sentence {
  const write = WRITERS[event.code] as Writer<typeof event.code>;
  return write(event.n as never, names);
}

const FAILURES: Record<FailReason, string> = {
  checks: 'a requirement is not met.',
  'no-convergence': 'five rounds together shrank what is left by less than a tenth.',
  'switchover-timeout': 'the switchover took longer than its limit.',
  proof: 'the memory on the target is not the same.',
  'keep-alive': 'nothing was heard from the other side for too long.',
  'source-crashed': 'the source host failed.',
  'target-crashed': 'the target host failed.',
  'datastore-lost': 'the datastore of its disk cannot be reached.',
  'network-lost': 'the vMotion network was lost.',
};

function checkText(
  check: Check,
  n: EventNumbers['check-failed'],
  { vm, sourceHost, targetHost }: Names,
): string {
  const texts: Record<Check, string> = {
    'target-is-another-host': `${vm} is on ${targetHost} already.`,
    'vmotion-path': `${sourceHost} and ${targetHost} have no NIC on one vMotion network; give each one.`,
    'shared-datastore': `the disk of ${vm} is on a datastore that ${sourceHost} and ${targetHost} do not both see.`,
    'target-memory': `${targetHost} has ${formatIec(Math.max(0, n.available))} free, ${vm} needs ${formatIec(n.needed)}.`,
  };
  return texts[check];
}

function roundEnded(n: EventNumbers['round-ended']): Sentence {
  const sum = `${formatBytes(n.leftBytes)} left / ${formatRate(n.bytesPerSecond)} = ${formatDuration(n.neededNs)}`;
  const goal = formatDuration(n.goalNs);
  switch (ROUND_REASONS[n.reason]) {
    case 'within-goal':
      return decision(`Round ${n.round} last:`, `${sum} ≤ ${goal}. Stop the VM.`);
    case 'cancelled':
      return plain(`${pages(n.sentPages)} sent when it was cancelled.`, `Round ${n.round}:`);
    case 'no-progress':
      return bad(
        `Given up after round ${n.round}:`,
        `${sum} > ${goal}, and the last five rounds gained less than a tenth.`,
      );
    default:
      return decision(`Round ${n.round} not last:`, `${sum} > ${goal}.`);
  }
}

function prediction(n: EventNumbers['estimated']): Sentence {
  const when = n.afterRound < 0 ? 'Before the move:' : `After round ${n.afterRound}:`;
  const course = n.converges
    ? `${range(n.totalNs, n.totalLowNs, n.totalHighNs)} in all, stun ${range(n.downtimeNs, n.downtimeLowNs, n.downtimeHighNs)}, ${formatBytes(n.wireBytes)}, ${times(n.rounds, 'round', 'rounds')}${slowdown(n)}.`
    : `it will not converge; given up after ${formatDuration(n.totalNs)} and ${times(n.rounds, 'round', 'rounds')}.`;
  return { strong: when, text: course, tone: 'prediction' };
}

/** What SDPS costs the guest on the way. */
function slowdown(n: EventNumbers['estimated']): string {
  if (n.slowedNs === 0) return '';
  return `; SDPS slows the VM to ${formatPercent(n.slowestPpm)} for ${formatDuration(n.slowedNs)} in all`;
}

function range(value: Ns, low: Ns, high: Ns): string {
  if (high - low < value / 100) return formatDuration(value);
  return `${formatDuration(value)} (${formatDuration(low)} to ${formatDuration(high)})`;
}

function proof(n: EventNumbers['verified']): Sentence {
  if (!n.byteExact)
    return plain(
      `Every page accounted for: ${pages(n.pages)}, none left on the list. This VM is followed page by page, not byte by byte.`,
    );
  if (n.equal) return decision('Proof:', `${pages(n.pages)} compared, every byte equal.`);
  return bad(
    'Not equal:',
    `page ${formatCount(n.firstDifferentPage)} is the first of ${pages(n.pages)} that differs.`,
  );
}
