/**
 * Hyper-V: brownout (rounds of pre-copy), then blackout. Its vendor publishes the transports (TCP/IP, compression, SMB) and the limit
 * of two simultaneous moves, not the stop rule; the number of passes is remembered, the few pages are our choice, and no result of
 * this profile is held against a measurement.
 */
import { decision, type Decision, type RoundEndFacts } from './decision.ts';
import type { ParameterTable, ValuesOf } from './parameters.ts';

const DOC = 'Hyper-V live migration settings (Set-VMHost)';

export const HYPER_V = {
  VirtualMachineMigrationPerformanceOption: {
    default: 'Compression',
    unit: '',
    choices: ['TCPIP', 'Compression', 'SMB'],
    about: 'How memory travels.',
    source: DOC,
  },
  MaximumVirtualMachineMigrations: {
    default: 2,
    unit: '',
    least: 1,
    about: 'Simultaneous moves of a host.',
    source: DOC,
  },
  passes: {
    default: 10,
    unit: '',
    least: 1,
    about: 'Passes over the memory before the blackout.',
    source: 'remembered, unverified',
  },
  fewPages: {
    default: 50,
    unit: 'pages',
    about: 'Fewer dirty pages than this begin the blackout.',
    source: "our choice: Xen's",
  },
} as const satisfies ParameterTable;

export type HyperVValues = ValuesOf<typeof HYPER_V>;

export function decideHyperV(values: HyperVValues, facts: RoundEndFacts): Decision {
  const numbers = { rounds: facts.rounds, leftPages: facts.leftPages };
  if (facts.leftPages < values.fewPages) return decision('switch-over', 'few-pages', numbers);
  if (facts.rounds >= values.passes) return decision('switch-over', 'most-rounds', numbers);
  return decision('go-on', 'many-pages', numbers);
}
