/** What a fault does to the host on which it is dropped. */
import { expect, test } from 'vitest';
import { HELD_FAULTS, askFault, faultOn } from '../../web/model/fleet-faults.ts';
import { expandGroups } from '../../web/scenario/groups.ts';
import { parseScenario } from '../../web/scenario/parse.ts';
import { findPreset } from '../../web/scenario/presets/index.ts';

const scenario = findPreset('four-at-once')!.scenario;
const hosts = expandGroups(scenario);

test.each(HELD_FAULTS)('$name: dropped on a host it is a fault a link can carry', (held) => {
  const fault = faultOn(hosts, 'esx-02', held, 1_500_000_000, 5_000_000_000)!;
  expect(fault).toEqual({
    ...{ kind: 'fault', atNs: 1_500_000_000, fault: held.fault, durationNs: 5_000_000_000, lossPpm: 0 },
    part: held.kind === 'host' ? 'esx-02' : expect.stringMatching(/^esx-02\//),
  });
  const asked = askFault(scenario, fault);
  expect(parseScenario(JSON.parse(JSON.stringify(asked)))).toEqual({ ok: true, value: asked });
});

test('a host without a vMotion NIC has none to lose, and can still crash', () => {
  const bare = { ...hosts, hosts: hosts.hosts.map((host) => ({ ...host, nics: [] })) };
  const kinds = HELD_FAULTS.map((held) => [held.kind, faultOn(bare, 'esx-02', held, 0, 0) !== null]);
  expect(kinds).toEqual([
    ['host', true],
    ['host', true],
    ['nic', false],
  ]);
});
