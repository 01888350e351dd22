import { describe, expect, it } from 'vitest';
import { CPU_GENERATIONS } from '../../../web/scenario/choices.ts';
import {
  commonBaseline,
  featuresOf,
  holds,
  isSubset,
  mostHardware,
  vendorOf,
} from '../../../web/sim/requirements/cpu-features.ts';

describe('generations of a vendor', () => {
  it('each hold all baselines before them, but for the one that drops 3DNow!', () => {
    for (const [newer, cpu] of CPU_GENERATIONS.entries())
      for (const before of CPU_GENERATIONS.slice(0, newer)) {
        if (vendorOf(before) !== vendorOf(cpu)) expect(holds(cpu, before)).toBe(false);
        else {
          const has3dNow = featuresOf(before).has('3dnow');
          const wants = !has3dNow || featuresOf(cpu).has('3dnow');
          expect([cpu, before, holds(cpu, before)]).toEqual([cpu, before, wants]);
        }
      }
  });

  it('a Bulldozer holds Opteron Gen 3 without 3DNow!, and not the one with it', () => {
    expect(holds('amd-bulldozer', 'amd-greyhound-no3dnow')).toBe(true);
    expect(holds('amd-bulldozer', 'amd-greyhound')).toBe(false);
  });

  it('Nehalem is a Core 2 with SSE4.1, SSE4.2, POPCNT and RDTSCP', () => {
    const added = [...featuresOf('intel-nehalem')].filter((one) => !featuresOf('intel-merom').has(one));
    expect(added.sort()).toEqual(['popcnt', 'rdtscp', 'sse4_1', 'sse4_2']);
  });

  it('the common baseline is the newest that all hold, and none between vendors', () => {
    expect(commonBaseline(['intel-icelake', 'intel-haswell', 'intel-skylake'])).toBe('intel-haswell');
    expect(commonBaseline(['amd-zen3', 'amd-greyhound'])).toBe('amd-greyhound-no3dnow');
    expect(commonBaseline(['intel-icelake', 'amd-zen3'])).toBeNull();
    const all = commonBaseline(['amd-zen4', 'amd-zen'])!;
    expect(isSubset(featuresOf(all), featuresOf('amd-zen'))).toBe(true);
  });

  it.each([
    ['3.5', 4],
    ['5.5', 10],
    ['6.7U2', 15],
    ['7.0', 17],
    ['9.0', 22],
  ] as const)('ESX %s runs hardware up to vmx-%i', (version, most) => {
    expect(mostHardware(version)).toBe(most);
  });
});
