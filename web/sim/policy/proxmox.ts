/**
 * Proxmox VE over QEMU: polls, and doubles the downtime limit when what remains has grown often enough.
 * Source: PVE/QemuMigrate.pm.
 */
import { decision, type Decision, type PollFacts } from './decision.ts';
import type { ParameterTable, ValuesOf } from './parameters.ts';

const PM = 'PVE/QemuMigrate.pm';

export const PROXMOX = {
  migrate_downtime: { default: 0.1, unit: 's', about: 'First downtime limit.', source: 'qm.conf(5)' },
  migrate_speed: { default: 0, unit: 'MB/s', about: 'Cap; 0 is none.', source: 'qm.conf(5)' },
  growingPolls: {
    default: 5,
    unit: '',
    about: 'The limit doubles when what remains has grown in more polls than this.',
    source: PM,
  },
  mostDowntime: { default: 2000, unit: 's', about: 'The limit never grows beyond this.', source: PM },
  xbzrle: {
    default: true,
    unit: '',
    about: 'XBZRLE with a cache of a tenth of the memory, down to a power of two.',
    source: PM,
  },
} as const satisfies ParameterTable;

export type ProxmoxValues = ValuesOf<typeof PROXMOX>;

/** Polls since the last change of the limit in which more remained than in the one before. */
function growingPolls(facts: PollFacts, sinceMs: number): number {
  const polls = [...facts.history.filter((one) => one.elapsedMs >= sinceMs), facts];
  return polls.filter((one, i) => i > 0 && one.remainingBytes > (polls[i - 1]?.remainingBytes ?? Infinity))
    .length;
}

/** `sinceMs`: when the limit last changed. */
export function decideProxmox(
  values: ProxmoxValues,
  facts: PollFacts & { readonly sinceMs: number },
): Decision {
  const grew = growingPolls(facts, facts.sinceMs);
  const numbers = {
    growingPolls: grew,
    remainingBytes: facts.remainingBytes,
    downtimeLimitMs: facts.downtimeLimitMs,
  };
  const most = values.mostDowntime * 1000;
  if (grew <= values.growingPolls || facts.downtimeLimitMs >= most)
    return decision('go-on', 'waits', numbers);
  return {
    ...decision('retune', 'remaining-grows', numbers),
    downtimeLimitMs: Math.min(most, facts.downtimeLimitMs * 2),
  };
}

/** The cache Proxmox asks for: a tenth of the memory, rounded down to a power of two. */
export function proxmoxCacheBytes(memoryBytes: number): number {
  let size = 4096;
  while (size * 2 <= memoryBytes / 10) size *= 2;
  return size;
}
