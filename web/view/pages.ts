/** Pages beside the lab, each loaded when it is first shown. */
import type { PageId } from '../model/pages.ts';

const LOADERS = {
  datacenter: () => import('./datacenter/DatacenterPage.svelte'),
};

const loaded = new Map<string, ReturnType<(typeof LOADERS)[keyof typeof LOADERS]>>();

/** The same promise each time, so that a page that is there does not blink. */
export function loadPage(page: Exclude<PageId, 'lab'>) {
  let promise = loaded.get(page);
  if (!promise) loaded.set(page, (promise = LOADERS[page]()));
  return promise;
}
