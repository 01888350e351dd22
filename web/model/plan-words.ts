/** What is said of maintenance before it happens, in numbers. */
import type { Scenario } from '../scenario/schema.ts';
import type { LeftOut, PreFlight, Staying } from '../sim/maintenance-plan/index.ts';
import { formatBytes, formatCount, formatDuration } from './format.ts';

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
  const [first, ...others] = preFlight?.staying ?? [];
  const reason = first
    ? whyStaysText(scenario, first)
    : 'it writes faster than its memory can be sent; slow it down, or switch SDPS on.';
  const more = others.length > 0 ? ` So do ${formatCount(others.length)} others.` : '';
  return `${held[0] ?? 'A VM'} cannot leave. ${reason}${more}`;
}
