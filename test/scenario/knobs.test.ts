import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GIB, MIB, NS_PER_MS } from '../../web/base/units.ts';
import {
  clampToRange,
  getKnob,
  KNOB_IDS,
  KNOBS,
  setKnob,
  stepKnob,
  typeKnob,
} from '../../web/scenario/knobs.ts';
import type { KnobId, KnobValues } from '../../web/scenario/knobs.ts';
import { parseScenario } from '../../web/scenario/parse.ts';
import { PRESETS } from '../../web/scenario/presets/index.ts';
import type { Scenario } from '../../web/scenario/schema.ts';
import { anyScenario, preset, valid } from './scenarios.ts';

const database = preset('database');
const anyKnob = fc.constantFrom(...KNOB_IDS);

function set(scenario: Scenario, id: KnobId, value: unknown): Scenario {
  return setKnob(scenario, id, value as KnobValues[KnobId]);
}

describe('a knob', () => {
  it.each(KNOB_IDS)('%s reads back what was set, and the scenario stays valid', (id) => {
    for (const value of KNOBS[id].steps) {
      for (const { scenario } of PRESETS) {
        const changed = set(scenario, id, value);
        const expected = typeof value === 'number' ? clampToRange(scenario, id, value) : value;
        const now = getKnob(changed, id);
        if (id === 'writes') expect(Math.abs(Number(now) - Number(expected))).toBeLessThanOrEqual(2048);
        else expect(now).toBe(expected);
        expect(parseScenario(changed)).toEqual({ ok: true, value: changed });
      }
    }
  });

  it('leaves the scenario it was given alone, and gives it back when nothing changes', () => {
    const before = JSON.stringify(database);
    for (const id of KNOB_IDS) {
      expect(set(database, id, getKnob(database, id))).toBe(database);
      set(database, id, KNOBS[id].steps.at(-1));
    }
    expect(JSON.stringify(database)).toBe(before);
  });

  it('makes a valid scenario from any valid one, whatever it is set to', () => {
    fc.assert(
      fc.property(anyScenario, anyKnob, fc.double(), fc.nat(), (scenario, id, value, index) => {
        const { steps, range } = KNOBS[id];
        const changed = set(scenario, id, range ? value : steps[index % steps.length]);
        expect(parseScenario(changed)).toEqual({ ok: true, value: changed });
      }),
      { numRuns: 500 },
    );
  });

  it.each(KNOB_IDS)('%s writes its steps so that it can read them, in order', (id) => {
    const { format, parse, steps, label } = KNOBS[id] as (typeof KNOBS)['memory'];
    expect(label).toMatch(/^[A-Z]/);
    for (const step of steps) {
      const parsed = parse(format(step));
      expect(parsed).toEqual({ ok: true, value: step });
    }
    const numbers = steps.filter((step) => typeof step === 'number');
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  });

  it('does nothing without a VM', () => {
    const empty = valid({ schema: 1, title: 'Empty' });
    for (const id of KNOB_IDS) expect(parseScenario(set(empty, id, KNOBS[id].steps[1])).ok).toBe(true);
    expect([getKnob(empty, 'memory'), getKnob(empty, 'workload'), getKnob(empty, 'link')]).toEqual([
      0,
      'idle',
      0,
    ]);
  });
});

describe('what moves with a knob', () => {
  it('memory keeps the used share and a working set that fits', () => {
    const big = setKnob(preset('big-10gbe'), 'memory', 8 * GIB);
    expect(big.vms[0]).toMatchObject({
      memoryBytes: 8 * GIB,
      usedBytes: 6 * GIB,
      phases: [{ workingSetBytes: 6 * GIB }],
    });
  });

  it('memory keeps fidelity honest in both directions, and leaves a choice on one side alone', () => {
    const grown = setKnob(database, 'memory', GIB);
    expect(grown.vms[0]?.fidelity).toBe('page-exact');
    expect(setKnob(grown, 'memory', 512 * MIB).vms[0]?.fidelity).toBe('byte-exact');
    const chosen = {
      ...database,
      vms: database.vms.map((vm) => ({ ...vm, fidelity: 'page-exact' as const })),
    };
    expect(setKnob(chosen, 'memory', 256 * MIB).vms[0]?.fidelity).toBe('page-exact');
  });

  it('memory there and back is the same scenario where nothing had to shrink', () => {
    expect(setKnob(setKnob(database, 'memory', 64 * GIB), 'memory', 512 * MIB)).toEqual(database);
  });

  it('an idle guest writes nothing, and one that writes is not idle', () => {
    const idle = setKnob(database, 'workload', 'idle');
    expect(getKnob(idle, 'writes')).toBe(0);
    expect(getKnob(setKnob(idle, 'writes', 50_000_000), 'workload')).toBe('hot-cold');
    expect(getKnob(setKnob(preset('idle-web'), 'workload', 'zipf'), 'writes')).toBe(10_000 * 4096);
  });

  it('the link is set at both ends, and only the vMotion NICs', () => {
    const fast = setKnob(database, 'link', 12_500_000_000);
    const rates = fast.hosts.map((host) => host.nics.map((nic) => nic.bytesPerSecond));
    expect(rates).toEqual([
      [125_000_000, 12_500_000_000],
      [125_000_000, 12_500_000_000],
    ]);
  });
});

describe('arrow keys and typing', () => {
  it('go to the next step in each direction and stop at the ends', () => {
    expect(stepKnob(database, 'goal', 1)).toBe(150 * NS_PER_MS);
    expect(stepKnob(database, 'goal', -1)).toBe(50 * NS_PER_MS);
    expect(stepKnob(setKnob(database, 'goal', 120 * NS_PER_MS), 'goal', -1)).toBe(100 * NS_PER_MS);
    expect(stepKnob(database, 'workingSet', 1)).toBe(512 * MIB);
    expect(stepKnob(setKnob(database, 'workingSet', 512 * MIB), 'workingSet', 1)).toBe(512 * MIB);
    expect(stepKnob(database, 'workload', 1)).toBe('zipf');
    expect(stepKnob(setKnob(database, 'workload', 'zipf'), 'workload', 1)).toBe('zipf');
    expect(stepKnob(setKnob(database, 'writes', 0), 'writes', -1)).toBe(0);
  });

  it('take what fits and say what would', () => {
    expect(typeKnob(database, 'memory', '2 GiB')).toMatchObject({
      ok: true,
      value: { vms: [{ memoryBytes: 2 * GIB }] },
    });
    // A bare number has the unit that stands on the knob, and a comma may be a decimal one.
    expect(typeKnob(database, 'memory', '256')).toEqual(typeKnob(database, 'memory', '256 MiB'));
    expect(typeKnob(database, 'memory', '1,5 GiB')).toEqual(typeKnob(database, 'memory', '1.5 GiB'));
    expect(typeKnob(database, 'memory', '1,024 MiB')).toEqual(typeKnob(database, 'memory', '1 GiB'));
    expect(typeKnob(database, 'rtt', '0,125')).toEqual(typeKnob(database, 'rtt', '0.125 ms'));
    expect(typeKnob(database, 'memory', '2')).toEqual({
      ok: false,
      error: 'Between 16 MiB and 1 TiB, please.',
    });
    expect(typeKnob(database, 'workingSet', '1 GiB')).toEqual({
      ok: false,
      error: "At most the VM's memory, 512 MiB.",
    });
    expect(typeKnob(database, 'compression', 'lz4')).toMatchObject({
      ok: true,
      value: { policy: { compression: 'lz4' } },
    });
    expect(typeKnob(database, 'compression', 'zip')).toEqual({
      ok: false,
      error: 'Choose one of off, LZ4, XBZRLE.',
    });
  });
});
