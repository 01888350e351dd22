/**
 * Maintenance of a whole cluster, some hosts at a time, within a window. A host is taken in the order of the scenario, unless it cannot
 * be emptied yet: then it is asked again after each step, because VMs have moved meanwhile. Where too many at once would block each
 * other, the step takes fewer. Our choice: an evacuation may take a tenth longer than predicted before the work begins.
 */
import type { Problem } from '../../base/result.ts';
import { NS_PER_SECOND, PPM, mulDivCeil, type Bytes, type Ns, type Ppm } from '../../base/units.ts';
import { formatDuration } from '../../scenario/quantity.ts';
import type { Scenario } from '../../scenario/schema.ts';
import { Paces } from './pace.ts';
import { preFlightAt, type PreFlight } from './pre-flight.ts';
import { Site } from './site.ts';

export interface PlanSettings {
  readonly cluster: string;
  readonly hostsAtOnce: number;
  /** What the work on a step's hosts takes once they are empty. */
  readonly workNs: Ns;
  readonly startNs: Ns;
  /** Everything is over so long after the start. */
  readonly windowNs: Ns;
  /** Kept free between the predicted end of an evacuation and the work, as a share of the evacuation. */
  readonly marginPpm: Ppm;
}

export const PLAN_DEFAULTS: Omit<PlanSettings, 'cluster'> = {
  hostsAtOnce: 1,
  workNs: 1_800 * NS_PER_SECOND,
  startNs: 0,
  windowNs: 8 * 3_600 * NS_PER_SECOND,
  marginPpm: 100_000,
};

/** Hosts are entered, empty, worked on, left. Instants are virtual time. */
export interface PlanStep {
  readonly hosts: readonly number[];
  readonly enterNs: Ns;
  readonly emptyNs: Ns;
  readonly workFromNs: Ns;
  readonly exitNs: Ns;
  readonly preFlight: PreFlight;
}

/** Not planned: VMs that cannot leave, no time left in the window, or a host that is not connected. */
export interface LeftOut {
  readonly host: number;
  readonly because: 'blocked' | 'window' | 'state';
  /** `window`: what its step needs, and what is left; else 0. */
  readonly needNs: Ns;
  readonly leftNs: Ns;
  readonly preFlight: PreFlight | null;
}

export interface RollingPlan {
  readonly settings: PlanSettings;
  readonly steps: readonly PlanStep[];
  readonly leftOut: readonly LeftOut[];
  /** Exit of the last step; the start where there is none. */
  readonly endNs: Ns;
  readonly moves: number;
  readonly wireBytes: Bytes;
  readonly longestDowntimeNs: Ns;
}

const DAY_NS = 86_400 * NS_PER_SECOND;

/** What is wrong with the settings, with the path of each and what to do. */
export function planProblems(scenario: Scenario, settings: PlanSettings): Problem[] {
  const { cluster, hostsAtOnce, workNs, startNs, windowNs, marginPpm } = settings;
  const problems: Problem[] = [];
  const refuse = (name: string, message: string) =>
    problems.push({ code: 'plan.settings', path: `plan.${name}`, message });
  const hosts = scenario.hosts.filter((host) => host.cluster === cluster).length;
  if (!scenario.clusters.some(({ id }) => id === cluster))
    refuse('cluster', `There is no cluster "${cluster}"; there are ${namesOf(scenario)}.`);
  else if (!Number.isSafeInteger(hostsAtOnce) || hostsAtOnce < 1 || hostsAtOnce >= Math.max(2, hosts))
    refuse('hostsAtOnce', `1 to ${Math.max(1, hosts - 1)} hosts at a time: somebody must take the VMs.`);
  const isTime = (ns: Ns, least: Ns) => Number.isSafeInteger(ns) && ns >= least && ns <= DAY_NS;
  if (!isTime(workNs, 0))
    refuse('workNs', 'The work on a host takes 0 to 24 hours; write a number of minutes.');
  if (!isTime(startNs, 0)) refuse('startNs', 'The start lies 0 to 24 hours from the beginning.');
  if (!isTime(windowNs, 1)) refuse('windowNs', 'The window is longer than 0 and at most 24 hours.');
  else if (isTime(workNs, 0) && windowNs <= workNs)
    refuse('windowNs', `The window must be longer than the work on one host, ${formatDuration(workNs)}.`);
  else if (startNs + windowNs > DAY_NS)
    refuse(
      'startNs',
      'Start and window together end within 24 hours; start earlier or take a shorter window.',
    );
  if (!Number.isSafeInteger(marginPpm) || marginPpm < 0 || marginPpm > 10 * PPM)
    refuse('marginPpm', 'The margin is 0 to 1,000 % of the evacuation.');
  return problems;
}

const namesOf = ({ clusters }: Scenario) => clusters.map(({ id }) => `"${id}"`).join(', ') || 'none';

/**
 * The whole plan. Everything is where the scenario puts it at its beginning, and nothing else happens meanwhile.
 * @param scenario expanded: no groups.
 * @param settings without problems.
 */
export function planRolling(scenario: Scenario, settings: PlanSettings): RollingPlan {
  return new Planner(scenario, settings).run();
}

class Planner {
  readonly #site: Site;
  readonly #paces: Paces;
  readonly #steps: PlanStep[] = [];
  readonly #leftOut: LeftOut[] = [];
  #rest: number[];
  #nowNs: Ns;

  constructor(
    scenario: Scenario,
    readonly settings: PlanSettings,
  ) {
    this.#site = new Site(scenario);
    this.#paces = new Paces(scenario);
    this.#rest = this.#site.openHosts(settings.cluster);
    this.#nowNs = settings.startNs;
    scenario.hosts.forEach(({ cluster }, host) => {
      if (cluster === settings.cluster && !this.#rest.includes(host))
        this.#leftOut.push({ host, because: 'state', needNs: 0, leftNs: 0, preFlight: null });
    });
  }

  run(): RollingPlan {
    for (;;) {
      const clear = this.#clear();
      if (!clear) break;
      const step = this.#fitting(clear);
      if (step) this.#take(step);
    }
    for (const host of this.#rest) this.#leaveOut(host, 'blocked', this.#check([host]));
    const steps = this.#steps;
    const flights = steps.map(({ preFlight }) => preFlight.forecast);
    return {
      settings: this.settings,
      steps,
      leftOut: [...this.#leftOut].sort((a, b) => a.host - b.host),
      endNs: this.#nowNs,
      moves: flights.reduce((sum, { moves }) => sum + moves.length, 0),
      wireBytes: flights.reduce((sum, { wireBytes }) => sum + wireBytes, 0),
      longestDowntimeNs: flights.reduce((most, one) => Math.max(most, one.longestDowntimeNs), 0),
    };
  }

  /** The next hosts that can be emptied at once, as many as asked for where that many can; null where none is left. */
  #clear(): PreFlight | null {
    let found: PreFlight | null = null;
    for (const host of this.#rest) {
      const hosts = [...(found?.hosts ?? []), host];
      const check = this.#check(hosts);
      if (check.isClear) found = check;
      if (found?.hosts.length === this.settings.hostsAtOnce) break;
    }
    return found;
  }

  /** The step for these hosts, or for fewer of them, that ends within the window. Null: the first of them has no time, and is left out. */
  #fitting(clear: PreFlight): PlanStep | null {
    for (let check = clear; ; check = this.#check(check.hosts.slice(0, -1))) {
      const step = this.#step(check);
      const { startNs, windowNs } = this.settings;
      if (step.exitNs <= startNs + windowNs) return step;
      if (check.hosts.length > 1) continue;
      this.#leaveOut(check.hosts[0] as number, 'window', check, step.exitNs - this.#nowNs);
      return null;
    }
  }

  #step(preFlight: PreFlight): PlanStep {
    const { workNs, marginPpm } = this.settings;
    const enterNs = this.#nowNs;
    const { makespanNs } = preFlight.forecast;
    const emptyNs = enterNs + makespanNs;
    const workFromNs = emptyNs + mulDivCeil(makespanNs, marginPpm, PPM);
    return { hosts: preFlight.hosts, enterNs, emptyNs, workFromNs, exitNs: workFromNs + workNs, preFlight };
  }

  #take(step: PlanStep): void {
    this.#steps.push(step);
    this.#site.settle(step.preFlight.forecast.moves);
    this.#nowNs = step.exitNs;
    this.#rest = this.#rest.filter((host) => !step.hosts.includes(host));
  }

  #leaveOut(host: number, because: LeftOut['because'], preFlight: PreFlight, needNs: Ns = 0): void {
    const { startNs, windowNs } = this.settings;
    const leftNs = because === 'window' ? startNs + windowNs - this.#nowNs : 0;
    this.#leftOut.push({ host, because, needNs, leftNs, preFlight });
    this.#rest = this.#rest.filter((one) => one !== host);
  }

  #check(hosts: readonly number[]): PreFlight {
    return preFlightAt(this.#site, hosts, this.#paces);
  }
}
