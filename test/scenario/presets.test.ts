import { describe, expect, it } from 'vitest';
import { MIB, PAGE_BYTES, PPM, mulDivFloor } from '../../web/base/units.ts';
import { getKnob } from '../../web/scenario/knobs.ts';
import { parseScenario } from '../../web/scenario/parse.ts';
import { FIRST_PRESET_ID, findPreset, PRESETS } from '../../web/scenario/presets/index.ts';
import { BYTE_EXACT_MOST_BYTES, usedBytesOf } from '../../web/scenario/memory.ts';
import { pathOf, subjectVm } from '../../web/scenario/subject.ts';
import { preset } from './scenarios.ts';

/** Goodput of the path in bytes a second, and the most a window in each round trip lets through. */
function ratesOf(id: string) {
  const { network, lineBytesPerSecond } = pathOf(preset(id))!;
  const goodput = mulDivFloor(lineBytesPerSecond, network.goodputPpm, PPM);
  return { goodput, window: network.windowBytes / (network.rttNs / 1e9) };
}

describe.each(PRESETS.map((one) => [one.id, one] as const))('preset %s', (_, one) => {
  const { scenario } = one;

  it('is valid as it stands', () => {
    expect(parseScenario(scenario)).toEqual({ ok: true, value: scenario });
  });

  it('is one VM that moves from esx-01 to esx-02 at once, over a vMotion network and a shared datastore', () => {
    expect(scenario.hosts.map((host) => host.id)).toEqual(['esx-01', 'esx-02']);
    expect(scenario.networks.map((network) => network.kind).sort()).toEqual(['vm', 'vmotion']);
    expect(scenario.datastores.map((store) => store.hosts)).toEqual([['esx-01', 'esx-02']]);
    expect(scenario.actions).toEqual([
      { kind: 'migrate', atNs: 0, vm: scenario.vms[0]?.id, to: 'esx-02', datastore: '', portGroup: '' },
    ]);
    for (const host of scenario.hosts)
      expect(new Set(host.nics.map((nic) => nic.network))).toEqual(new Set(['vmotion', 'vm-network']));
  });

  it('keeps real bytes only where they fit', () => {
    const vm = subjectVm(scenario)!;
    expect(vm.fidelity).toBe(usedBytesOf(vm) <= BYTE_EXACT_MOST_BYTES ? 'byte-exact' : 'page-exact');
  });

  it('says in full sentences what it is and what to notice', () => {
    for (const text of [scenario.summary, one.summary, one.notice]) expect(text).toMatch(/^[A-Z].{30,}\.$/);
  });
});

describe('the presets', () => {
  it('begin with the database and have ids that never change', () => {
    const ids = [
      'database',
      'idle-web',
      'write-storm',
      'write-storm-sdps',
      'big-10gbe',
      'long-distance',
      'classic',
    ];
    expect(PRESETS.map((one) => one.id)).toEqual(ids);
    expect(PRESETS[0]?.id).toBe(FIRST_PRESET_ID);
    expect(findPreset('toString')).toBeUndefined();
  });

  it('storm faster than the link, with and without SDPS, and alike in all else', () => {
    expect(getKnob(preset('write-storm'), 'writes')).toBeGreaterThan(2 * ratesOf('write-storm').goodput);
    expect(preset('write-storm-sdps').vms).toEqual(preset('write-storm').vms);
    expect([getKnob(preset('write-storm'), 'sdps'), getKnob(preset('write-storm-sdps'), 'sdps')]).toEqual([
      'off',
      'on',
    ]);
  });

  it('show a window that bites at a long distance, and only there', () => {
    for (const { id } of PRESETS) {
      const { goodput, window } = ratesOf(id);
      if (id === 'long-distance') expect(window).toBeLessThan(goodput / 5);
      else expect(window).toBeGreaterThan(goodput);
    }
  });

  it('let the classic VM through the wire in well under two seconds', () => {
    // Raw page: 4096 + 8 bytes; zero page: 9 bytes.
    const vm = subjectVm(preset('classic'))!;
    const pages = usedBytesOf(vm) / PAGE_BYTES;
    const filled = (vm.content.textPpm + vm.content.heapPpm + vm.content.randomPpm) / PPM;
    const wireBytes = pages * filled * 4104 + pages * (1 - filled) * 9 + vm.deviceStateBytes;
    expect(wireBytes / ratesOf('classic').goodput).toBeLessThan(1.5);
    expect(usedBytesOf(vm)).toBe(192 * MIB);
  });
});
