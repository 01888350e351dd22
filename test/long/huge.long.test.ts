import { expect, it } from 'vitest';
import { PAGE_BYTES, TIB } from '../../web/base/units.ts';
import { findPreset } from '../../web/scenario/presets/index.ts';
import { runHeadless } from '../support/run.ts';

/** 24 TiB: more pages than 32 bits count, on 100 GbE. */
const base = findPreset('big-10gbe')!.scenario;
const scenario = {
  ...base,
  hosts: base.hosts.map((host) => ({
    ...host,
    memoryBytes: 32 * TIB,
    nics: host.nics.map((nic) => ({ ...nic, bytesPerSecond: 12_500_000_000 })),
  })),
  vms: base.vms.map((vm) => ({
    ...vm,
    memoryBytes: 24 * TIB,
    usedBytes: 24 * TIB,
    phases: vm.phases.map((phase) => ({ ...phase, workingSetBytes: TIB })),
  })),
};

it('moves 24 TiB page by page and accounts for every page', async () => {
  const { report, events, frames } = await runHeadless(scenario);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const lists = [...report.rounds, report.stun!];
  expect(report.outcome).toBe('completed');
  expect(lists[0]!.sentPages).toBe((24 * TIB) / PAGE_BYTES);
  expect(sum(lists.map((list) => list.sentPages))).toBe(report.pagesSent);
  for (const list of lists) expect(list.sentPages).toBe(list.dirtyPages);
  // What was left at the end of a round is the list of the next one.
  const ended = events.filter((event) => event.code === 'round-ended');
  ended.forEach((event, round) => expect(lists[round + 1]!.dirtyPages).toBe(event.n['leftPages']));
  // The page-exact proof: all pages are accounted for, and nothing is left.
  expect(events.find((event) => event.code === 'verified')!.n).toMatchObject({ equal: 1, byteExact: 0 });
  expect(frames.at(-1)).toMatchObject({ toSendPages: 0, writtenPages: 0 });
  // Every write that was due: 100,000 a second of the guest's time, which traces only shorten.
  const writes = sum(ended.map((event) => event.n['guestWrites'] as number));
  const seconds = (report.rounds.at(-1)!.endNs - report.rounds[0]!.startNs) / 1e9;
  expect(writes).toBeLessThanOrEqual(100_000 * seconds);
  expect(writes).toBeGreaterThan(95_000 * seconds);
}, 300_000);
