/** What is said before the first page has left: will it end, what will it cost the guest, when will it stop, for how long. */
import { MIB, NS_PER_SECOND, PPM, mulDivFloor, transferNs, type Ns } from '../base/units.ts';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatIec,
  formatPercent,
  formatRate,
} from '../scenario/quantity.ts';
import { setKnob } from '../scenario/knobs.ts';
import type { Scenario } from '../scenario/schema.ts';
import { pathOf } from '../scenario/subject.ts';
import type { EstimateNumbers } from '../sim/events.ts';
import { ESXI } from '../sim/policy/esxi.ts';
import type { Moment } from './moment.ts';
import { estimateOf } from './what-if.ts';

export interface Promised {
  readonly strong: string;
  readonly text: string;
}

export function promises(moment: Moment, scenario: Scenario): Promised[] {
  const { migration, estimate, goalNs } = moment;
  if (!estimate) return [];
  const goalBytes = mulDivFloor(goalNs, migration.bytesPerSecond, NS_PER_SECOND);
  const goal = `${formatDuration(goalNs)} of the link at ${formatRate(migration.bytesPerSecond)}`;
  const converges = estimate.converges === 1;
  return [
    ...limits(moment, scenario),
    converges
      ? { strong: 'It will converge:', text: `${courseText(estimate)}.` }
      : {
          strong: 'It will not converge:',
          text: 'its pages get dirty again as fast as the link can send them.',
        },
    ...slowdown(estimate, scenario),
    converges
      ? { strong: 'It will stop when', text: `${formatBytes(goalBytes)} or less are left: ${goal}.` }
      : {
          strong: 'It would stop at',
          text: `${formatBytes(goalBytes)} or less, ${goal}; it never gets there.`,
        },
    converges
      ? { strong: 'It will stand still', text: `${stillText(moment, estimate, scenario)}.` }
      : {
          strong: 'It will give up',
          text: `after ${formatDuration(estimate.totalNs)}, and the VM runs on where it is.`,
        },
  ];
}

function courseText({ rounds, slowestPpm }: EstimateNumbers): string {
  if (rounds === 1) return 'one round is enough';
  const why = slowestPpm < PPM ? 'because SDPS slows it' : 'each shorter than the one before';
  return `${formatCount(rounds)} rounds, ${why}`;
}

/** The link is faster than what one window a round trip lets through. */
function limits({ migration }: Moment, scenario: Scenario): Promised[] {
  const network = pathOf(scenario)?.network;
  if (!network || network.rttNs === 0) return [];
  const byWindow = mulDivFloor(network.windowBytes, NS_PER_SECOND, network.rttNs);
  if (migration.bytesPerSecond < byWindow || byWindow >= migration.lineBytesPerSecond) return [];
  return [
    {
      strong: 'The link is limited by its window:',
      text: `${formatIec(network.windowBytes)} / ${formatDuration(network.rttNs)} = ${formatRate(byWindow)}.`,
    },
  ];
}

function slowdown({ slowestPpm, slowedNs }: EstimateNumbers, scenario: Scenario): Promised[] {
  if (slowedNs === 0) return [];
  const without = estimateOf(setKnob(scenario, 'sdps', 'off'));
  const otherwise =
    without?.converges === 0
      ? 'without SDPS it would not converge'
      : without
        ? `without SDPS it would take ${formatDuration(without.totalNs)}`
        : '';
  return [
    {
      strong: 'It will be slowed down:',
      text: `SDPS takes it to ${formatPercent(slowestPpm)} of its speed, ${formatDuration(slowedNs)} in all${otherwise && `; ${otherwise}`}.`,
    },
  ];
}

/** Rounding leaves less than this where no page is left. */
const LEAST_SAID_NS = 10_000;

function stillText({ migration, goalNs }: Moment, estimate: EstimateNumbers, scenario: Scenario): string {
  const vm = scenario.vms.find((one) => one.id === migration.vm);
  const rate = migration.bytesPerSecond;
  // The stun is these parts and the last pages.
  const restNs =
    ESXI.stopNs +
    ESXI.resumeNs +
    3 * migration.rttNs +
    transferNs(Math.ceil(migration.pageCount / 8), rate) +
    transferNs(vm?.deviceStateBytes ?? 8 * MIB, rate);
  const lastNs = Math.max(0, estimate.downtimeNs - restNs);
  const time = range(estimate.downtimeNs, estimate.downtimeLowNs, estimate.downtimeHighNs);
  if (lastNs < LEAST_SAID_NS)
    return `for ${time}: no pages are left then, but it must be stopped, its devices moved, and resumed`;
  return `for ${time}: ${formatDuration(lastNs)} for the last pages (goal: at most ${formatDuration(goalNs)}), the rest to stop it, move its devices and resume`;
}

/** "164 ms, at most 195 ms": the other end only where it reads differently. */
function range(value: Ns, low: Ns, high: Ns): string {
  const [at, least, most] = [value, low, high].map(formatDuration);
  if (least === most) return `${at}`;
  return least === at ? `${at} to ${most}` : `${least} to ${most}`;
}
