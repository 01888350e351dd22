/**
 * Published figures, computed again. Each check says what was computed, what was published, how far they may lie apart, and where the
 * figure comes from; what cannot be reproduced is listed with the reason. Pure, so that the page can draw it.
 */
import { autoConvergeChecks } from './auto-converge.ts';
import type { NotReproducible, PublishedCheck } from './check.ts';
import { otherChecks } from './others.ts';
import { vsphereChecks } from './vsphere.ts';

export type { NotReproducible, PublishedCheck };
export { vgpuStunSeconds } from './vsphere.ts';

export const NOT_REPRODUCIBLE: readonly NotReproducible[] = [
  {
    id: 'T7',
    title: 'QEMU auto-converge 2013, 256 GB',
    reason:
      'The first auto-converge was another algorithm, and neither the working set nor what bound the sender to 264 of 2,500 MB/s is given.',
    source: 'QEMU mailing list, 2013',
  },
  {
    id: 'T8, two rows',
    title: 'QEMU 2.6, post-copy after a time-out of 60 s, and post-copy with XBZRLE',
    reason:
      'The first took 248 s, four times its time-out, and nothing says why; of the second four in ten succeeded, and what the workers write is not given.',
    source: 'auto-converge against post-copy, 2016',
  },
  {
    id: 'T9',
    title: 'OpenStack Icehouse, 16 GB in 15 s',
    reason: 'Memory in use and its dirty rate are not given.',
    source: 'ZHAW, 2014',
  },
  {
    id: 'T10',
    title: 'KVM4NFV, 8 GiB idle in 2,271 ms',
    reason: 'Bound by the time to scan zero pages on that machine, which is not given.',
    source: 'OPNFV KVM4NFV',
  },
  {
    id: 'T11',
    title: 'OSIC evacuations',
    reason: 'The Spark load and the memory in use are not given.',
    source: 'OSIC benchmark',
  },
];

/** Every check, in the order of the tests. */
export function publishedChecks(): PublishedCheck[] {
  return [...vsphereChecks(), ...autoConvergeChecks(), ...otherChecks()];
}
