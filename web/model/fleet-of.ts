/** The run of a session's datacenter: one, whichever page looks at it, and it stays when another page is looked at. */
import { FleetSession, type ConnectFleet } from './fleet-session.svelte.ts';
import type { Session } from './session.svelte.ts';

const fleets = new WeakMap<Session, FleetSession>();

export function fleetOf(session: Session, connect: ConnectFleet): FleetSession {
  const known = fleets.get(session);
  if (known) return known;
  const made = new FleetSession(() => session.scenario, connect);
  fleets.set(session, made);
  return made;
}
