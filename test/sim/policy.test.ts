import { describe, expect, it } from 'vitest';
import { NS_PER_MS, PPM, transferNs } from '../../web/base/units.ts';
import { decideAfterRound, ESXI, type RoundFacts } from '../../web/sim/policy/esxi.ts';

const facts = (over: Partial<RoundFacts>): RoundFacts => ({
  round: 3,
  sentBytes: 1_000_000_000,
  leftBytes: 200_000_000,
  neededNs: 2_000 * NS_PER_MS,
  leftBefore: [],
  speedPpm: PPM,
  ...over,
});
const esxi = (over = {}) => ({ switchoverGoalNs: 500 * NS_PER_MS, sdps: true, ...over });

describe('the switchover rule', () => {
  it('stops pre-copy as the published log does: 3491 pages at 931.354 MB/s fit in 0.5 s', () => {
    const leftBytes = 3491 * 4096;
    const neededNs = transferNs(leftBytes, 931_354_000);
    // 14,299,136 B / 931,354,000 B/s = 15.35 ms; with MiB it would be 14.6 ms.
    expect(neededNs / NS_PER_MS).toBeCloseTo(15.353, 2);
    expect(decideAfterRound(esxi(), facts({ leftBytes, neededNs })).reason).toBe('within-goal');
  });

  it.each([
    [500 * NS_PER_MS, 'within-goal'],
    [500 * NS_PER_MS + 1, 'above-goal'],
  ])('at %d ns needed decides %s', (neededNs, reason) => {
    expect(decideAfterRound(esxi(), facts({ neededNs })).reason).toBe(reason);
  });
});

describe('SDPS', () => {
  it('leaves a round alone that shrinks to 70 % or less', () => {
    expect(decideAfterRound(esxi(), facts({ leftBytes: 700_000_000 })).reason).toBe('above-goal');
  });

  it('aims at 65 % of what is sent', () => {
    // Writes as fast as the link: speed 1 x (sent / left) x 0.65.
    expect(decideAfterRound(esxi(), facts({ leftBytes: 1_000_000_000 }))).toEqual({
      reason: 'sdps',
      speedPpm: ESXI.sdpsTargetPpm,
    });
    expect(decideAfterRound(esxi(), facts({ leftBytes: 2_000_000_000 })).speedPpm).toBe(325_000);
  });

  it('never stops the guest and is off when told so', () => {
    expect(decideAfterRound(esxi(), facts({ leftBytes: 1e12 })).speedPpm).toBe(ESXI.sdpsLeastPpm);
    expect(decideAfterRound(esxi({ sdps: false }), facts({ leftBytes: 1e12 })).reason).toBe('above-goal');
  });
});

describe('giving up', () => {
  const before = (last: number) => [9e8, 8e8, 7e8, 6e8, 5e8].map((bytes, i) => (i === 0 ? last : bytes));
  it('needs five rounds that together shrink what is left by less than a tenth', () => {
    const given = (leftBytes: number, leftBefore: number[]) =>
      decideAfterRound(esxi({ sdps: false }), facts({ leftBytes, leftBefore })).reason;
    expect(given(905_000_000, before(1e9))).toBe('no-progress');
    expect(given(900_000_000, before(1e9))).toBe('above-goal');
    expect(given(999_000_000, [1e9, 1e9, 1e9, 1e9])).toBe('above-goal');
  });
});
