/** What is said of maintenance before it happens, in numbers. */
import type { Scenario } from '../scenario/schema.ts';
import type { LeftOut, PreFlight, RollingPlan, Staying } from '../sim/maintenance-plan/index.ts';
import { formatBytes, formatClock, formatCount, formatDuration, formatPercent } from './format.ts';

const many = (count: number, one: string) => `${formatCount(count)} ${one}${count === 1 ? '' : 's'}`;

/** Why one VM finds no host, host by host. */
export function whyStaysText(scenario: Scenario, { why }: Staying): string {
  return why.map((one) => (one.host < 0 ? one.why : `${scenario.hosts[one.host]?.id}: ${one.why}`)).join(' ');
}

export function preFlightHeadline(scenario: Scenario, { hosts, forecast, ...flight }: PreFlight): string {
  const names = hosts.map((host) => scenario.hosts[host]?.id ?? '').join(', ');
  const held = flight.staying.length + flight.givenUp.length;
  if (held > 0) return `${names} cannot be entered: ${many(held, 'VM')} cannot leave.`;
  if (forecast.moves.length === 0) return `${names} can be entered at once: no VM runs there.`;
  return `${names} can be entered after ${formatDuration(forecast.makespanNs)}: ${many(forecast.moves.length, 'VM')}, ${formatBytes(forecast.wireBytes)}, longest stun ${formatDuration(forecast.longestDowntimeNs)}.`;
}

export function leftOutText(
  scenario: Scenario,
  { host, because, needNs, leftNs, preFlight }: LeftOut,
): string {
  if (because === 'window')
    return `No time left in the window: it needs ${formatDuration(needNs)}, ${formatDuration(leftNs)} are left.`;
  if (because === 'state') return `It is ${scenario.hosts[host]?.state ?? 'not connected'} already.`;
  const held = [...(preFlight?.staying ?? []), ...(preFlight?.givenUp ?? [])].map(
    ({ vm }) => scenario.vms[vm]?.id ?? '',
  );
  const [first] = preFlight?.staying ?? [];
  const reason = first
    ? whyStaysText(scenario, first)
    : 'It writes faster than its memory can be sent; slow it down, or switch SDPS on.';
  const more = held.length > 1 ? ` and ${formatCount(held.length - 1)} more` : '';
  return `${held[0] ?? 'A VM'}${more} cannot leave. ${reason}`;
}

/** What the plan was made with. */
export function settingsText({ settings }: RollingPlan): string {
  const { hostsAtOnce, workNs, startNs, windowNs, marginPpm } = settings;
  return `${many(hostsAtOnce, 'host')} at a time, ${formatDuration(workNs)} of work each, from ${formatClock(startNs)} within ${formatDuration(windowNs)}; each evacuation may take ${formatPercent(marginPpm)} longer than predicted.`;
}

/** What the cluster does about hosts that begin to fail. */
export function remedyText({ clusters }: Scenario, id: string): string {
  const it = clusters.find((one) => one.id === id)?.proactiveHa;
  if (!it || it.level === 'off') return 'Proactive HA is off: a failing host keeps its VMs until it fails.';
  const does = it.level === 'automated' ? 'Proactive HA acts by itself' : 'Proactive HA recommends';
  return `${does}: ${it.moderate} where a part is moderate, ${it.severe} where it is severe.`;
}

/** What happens beside the plan in a run of it, and is not in its prediction. */
export function notesOf({ actions, clusters }: Scenario, id: string): string[] {
  const others = actions.filter(
    ({ kind }) => kind !== 'enter-maintenance' && kind !== 'exit-maintenance',
  ).length;
  const cluster = clusters.find((one) => one.id === id);
  return [
    ...(others > 0
      ? [
          `${many(others, 'other thing')} ${others === 1 ? 'is' : 'are'} asked for in this scenario; the prediction knows nothing of that.`,
        ]
      : []),
    ...(cluster?.drs.level === 'full'
      ? ['DRS is fully automated here and may move VMs in between; the prediction knows nothing of that.']
      : []),
  ];
}
