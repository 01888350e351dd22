import { describe, expect, it } from 'vitest';
import {
  cloudSimPlusSeconds,
  cloudSimSeconds,
  geometric,
  mvmSeconds,
  relativeError,
  simGridPlugin,
  simGridSeconds,
} from '../../web/sim/baselines/index.ts';
import { NOT_REPRODUCIBLE, publishedChecks, vgpuStunSeconds } from '../../web/sim/published/index.ts';

describe('published figures', () => {
  it.each(publishedChecks().map((one) => [`${one.id}: ${one.title}`, one] as const))('%s holds', (_, one) => {
    expect(Math.abs(one.computed - one.published)).toBeLessThanOrEqual(one.tolerance);
    expect(one.ok).toBe(true);
  });

  it('names every test from T1 to T12 once as computed or as not reproducible', () => {
    const computed = new Set(publishedChecks().map((one) => one.id));
    const left = new Set(NOT_REPRODUCIBLE.map((one) => one.id));
    for (let n = 1; n <= 12; n++)
      expect(Number(computed.has(`T${n}`)) + Number(left.has(`T${n}`)), `T${n}`).toBe(1);
    for (const one of NOT_REPRODUCIBLE) expect(one.reason).toMatch(/\w+ \w+ .*\.$/);
  });

  it('predicts the 100 s limit of vGPU stuns near 13.2 GB', () => {
    expect(vgpuStunSeconds(13)).toBeLessThan(100);
    expect(vgpuStunSeconds(13.5)).toBeGreaterThan(100);
  });
});

describe('published formulas', () => {
  it('CloudSim: RAM / (bandwidth / 16)', () => {
    expect(cloudSimSeconds(1024, 1000)).toBe(16.384); // 1024 / 62.5
    expect(cloudSimPlusSeconds(1024, 125)).toBe(16.384); // 1024 / (0.5 x 125)
  });

  it('mVM: d0 + H/B + (H/B) (H/Hd) / (B - H/Hd) above the hot time, d0 + (H/Hd) d0 / (B - H/Hd) below', () => {
    // B = 900 / 9 = 100; d0 = 10.24; 10.24 + 5/100 + 5/100 x 2.5/97.5
    expect(mvmSeconds({ memoryMb: 1024, bandwidthMbitPerSecond: 900 })).toBeCloseTo(10.291282, 6);
    // d0 = 1; 1 + 2.5 x 1 / 97.5
    expect(mvmSeconds({ memoryMb: 100, bandwidthMbitPerSecond: 900 })).toBeCloseTo(1.025641, 6);
  });

  it('SimGrid: n S / (8.158e6 x 0.97 / 1.05) + 3 x 13.01 x 1.976025 ms', () => {
    expect(simGridSeconds(1e9, 1)).toBeCloseTo(132.7658012, 4);
    expect(simGridSeconds(1e8, 1)).toBeCloseTo(13.345992, 4);
    expect(simGridSeconds(1e9, 2)).toBeCloseTo(265.4544782, 4);
  });

  it('geometric: rounds M, M L, M L^2 with L = d / B, and none where L >= 1', () => {
    const input = {
      memoryBytes: 1000,
      bytesPerSecond: 100,
      dirtyBytesPerSecond: 50,
      workingSetBytes: Infinity,
      goalSeconds: 1,
      deviceStateBytes: 0,
    };
    // 1000, 500, 250, 125, 62.5; 62.5 / 100 <= 1
    expect(geometric(input)?.roundBytes).toEqual([1000, 500, 250, 125, 62.5]);
    expect(geometric(input)?.totalSeconds).toBe(19.375);
    expect(geometric(input)?.downtimeSeconds).toBe(0.625);
    expect(geometric({ ...input, dirtyBytesPerSecond: 100 })).toBeNull();
    // A hot set that fits the goal ends it all the same.
    expect(geometric({ ...input, dirtyBytesPerSecond: 500, workingSetBytes: 90 })?.roundBytes).toEqual([
      1000, 90,
    ]);
  });

  it('SimGrid plugin: dirty memory is intensity x what was sent, at most 0.9 RAM; 30 ms', () => {
    // 1000, 100, 10, 1 at 100 B/s: 1 / 100 <= 0.03
    expect(
      simGridPlugin({ memoryBytes: 1000, bytesPerSecond: 100, intensity: 0.1 })?.roundBytes,
    ).toHaveLength(4);
    expect(simGridPlugin({ memoryBytes: 1000, bytesPerSecond: 100, intensity: 1 })).toBeNull();
    expect(relativeError(110, 100)).toBeCloseTo(0.1, 12);
  });
});
