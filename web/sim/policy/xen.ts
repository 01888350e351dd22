/**
 * Xen: rounds with a true barrier and fixed stop rules; no bandwidth or downtime estimate, no throttle.
 * Sources: `simple_precopy_policy` of libxc (xg_sr_save.c) for 4.x; the older save code (DEF_MAX_ITERS 29, DEF_MAX_FACTOR 3, fewer
 * than 50 pages), which Clark et al., NSDI 2005, describe.
 */
import { decision, type Decision, type RoundEndFacts } from './decision.ts';
import type { ParameterTable, ValuesOf } from './parameters.ts';

const LIBXC = 'xg_sr_save.c, simple_precopy_policy';
const CLASSIC = 'xc_domain_save.c, DEF_MAX_ITERS and DEF_MAX_FACTOR';

export const XEN = {
  max_iterations: {
    default: 5,
    unit: '',
    least: 1,
    about: 'Rounds after which the guest is stopped whatever is left.',
    source: LIBXC,
  },
  target_dirty_count: {
    default: 50,
    unit: 'pages',
    about: 'Fewer dirty pages than this stop the guest.',
    source: LIBXC,
  },
  max_factor: {
    default: 0,
    unit: '',
    about: 'More pages sent than this many times the memory stop the guest; 0 switches the rule off.',
    source: LIBXC,
  },
} as const satisfies ParameterTable;

/** The rules of the first ten years: 29 rounds, 50 pages, three times the memory. */
export const XEN_CLASSIC = {
  max_iterations: { ...XEN.max_iterations, default: 29, source: CLASSIC },
  target_dirty_count: { ...XEN.target_dirty_count, source: CLASSIC },
  max_factor: { ...XEN.max_factor, default: 3, source: CLASSIC },
} as const satisfies ParameterTable;

export type XenValues = ValuesOf<typeof XEN>;

export function decideXen(values: XenValues, facts: RoundEndFacts): Decision {
  const { rounds, leftPages, totalSentPages, memoryPages } = facts;
  const numbers = { rounds, leftPages, totalSentPages, memoryPages };
  if (leftPages < values.target_dirty_count) return decision('switch-over', 'few-pages', numbers);
  if (rounds >= values.max_iterations) return decision('switch-over', 'most-rounds', numbers);
  if (values.max_factor > 0 && totalSentPages > values.max_factor * memoryPages)
    return decision('switch-over', 'sent-too-much', numbers);
  return decision('go-on', 'many-pages', numbers);
}
