/** Pages beside the lab, each loaded when it is first shown. */
import type { Component } from 'svelte';
import type { ConnectFleet } from '../model/fleet-session.svelte.ts';
import type { PageId } from '../model/pages.ts';
import type { Session } from '../model/session.svelte.ts';
import type { Shown } from '../model/shown.ts';
import type { Place } from './actions.svelte.ts';

/** What every page is given; each takes what it needs. */
export interface PageProps {
  readonly session: Session;
  readonly connect: ConnectFleet;
  readonly shown: Shown;
  readonly place: Place;
  /** Why the move does not end is asked with the turning of the page. */
  readonly asks: boolean;
  /** Turns to another page. */
  readonly onpage: (page: PageId) => void;
}

type Page = Promise<{ readonly default: Component<PageProps> }>;

const LOADERS: Readonly<Record<Exclude<PageId, 'lab'>, () => Page>> = {
  datacenter: () => import('./datacenter/DatacenterPage.svelte'),
  cluster: () => import('./cluster/ClusterPage.svelte'),
  compare: () => import('./compare/ComparePage.svelte'),
  validation: () => import('./validation/ValidationPage.svelte'),
};

const loaded = new Map<string, Page>();

/** The same promise each time, so that a page that is there does not blink. */
export function loadPage(page: Exclude<PageId, 'lab'>): Page {
  const known = loaded.get(page);
  if (known) return known;
  const promise = LOADERS[page]();
  loaded.set(page, promise);
  return promise;
}
