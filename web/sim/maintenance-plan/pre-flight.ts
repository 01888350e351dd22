/** Before a host is entered: which VMs go where, which cannot and why, how long it takes, what it costs each VM and each line. */
import type { Scenario } from '../../scenario/schema.ts';
import { forecast, type Forecast, type ForecastMove } from './forecast.ts';
import { Paces } from './pace.ts';
import { Site, type Evacuation, type Staying } from './site.ts';

export interface PreFlight extends Omit<Evacuation, 'leaving'> {
  readonly forecast: Forecast;
  /** It is entered: every VM that runs finds a host, and every move ends. */
  readonly isClear: boolean;
  /** VMs that find a host and would be given up on the way. */
  readonly givenUp: readonly ForecastMove[];
}

/**
 * All hosts are entered at once, with everything where the scenario puts it at its beginning.
 * @param scenario expanded: no groups.
 */
export function preFlight(scenario: Scenario, hosts: readonly string[]): PreFlight {
  const site = new Site(scenario);
  const indexes = hosts.flatMap((id) => site.world.hostIndex.get(id) ?? []);
  return preFlightAt(site, indexes, new Paces(scenario));
}

/** The same where a plan has come to. */
export function preFlightAt(site: Site, hosts: readonly number[], paces: Paces): PreFlight {
  const { leaving, ...rest } = site.evacuate(hosts);
  const ahead = forecast(site, leaving, paces);
  const givenUp = ahead.moves.filter(({ converges }) => !converges);
  return { ...rest, forecast: ahead, givenUp, isClear: rest.staying.length === 0 && givenUp.length === 0 };
}

export type { Staying };
