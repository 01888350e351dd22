import { describe, expect, test } from 'vitest';
import { advance, clampSpeed, paceOf, roundSpeed, speedAt } from '../../web/model/pace.ts';
import { completedRows, eventsOf, ms } from './events.ts';

const steady = (speed: number) => ({ speed, slow: [] });

describe('advance', () => {
  test.each([
    [0, 100, 1, 1e12, ms(100)],
    [0, 100, 0.001, 1e12, ms(0.1)],
    [0, 100, 100, 1e12, ms(10_000)],
    [0, 100, 1, ms(40), ms(40)],
    [ms(50), 100, 1, ms(40), ms(50)],
    [0, 0, 1, 1e12, 0],
  ])('from %i for %i ms of wall time at %f, limit %i: %i', (fromNs, wallMs, speed, limitNs, expected) => {
    expect(advance(fromNs, wallMs, steady(speed), limitNs)).toBe(expected);
  });

  const pace = { speed: 1, slow: [{ fromNs: ms(100), toNs: ms(110) }] };
  test.each([
    [ms(90), 10, ms(100)],
    [ms(90), 20, ms(101)],
    [ms(90), 110, ms(110)],
    [ms(90), 120, ms(120)],
    [ms(105), 50, ms(110)],
  ])('from %i for %i ms it comes to %i: a slow zone is crossed at a tenth', (fromNs, wallMs, expected) => {
    expect(advance(fromNs, wallMs, pace, 1e12)).toBe(expected);
  });

  test('a speed below that of the stun stays', () => {
    expect(speedAt({ ...pace, speed: 0.01 }, ms(105))).toBe(0.01);
    expect(advance(ms(100), 100, { ...pace, speed: 0.01 }, 1e12)).toBe(ms(101));
  });
});

describe('paceOf', () => {
  test('automatic: about 15 s, slow from just before the stun until the client is back', () => {
    const pace = paceOf('auto', ms(60_000), eventsOf(completedRows));
    expect(pace.speed).toBe(5);
    expect(pace.slow).toEqual([{ fromNs: ms(350), toNs: ms(470) }]);
  });
  test('while it stands still the end of the slow part is not known', () => {
    const stunned = eventsOf(completedRows).filter((event) => event.atNs <= ms(390));
    expect(paceOf('auto', ms(500), stunned).slow).toEqual([{ fromNs: ms(350), toNs: Infinity }]);
  });
  test('a chosen speed holds everywhere', () => {
    expect(paceOf(2, ms(500), eventsOf(completedRows))).toEqual({ speed: 2, slow: [] });
  });
});

test.each([
  [0.41, 0.5],
  [1.2, 1],
  [3, 2],
  [620, 500],
  [0, 1],
  [NaN, 1],
])('the speed nearest to %f that one can say is %f', (speed, said) => expect(roundSpeed(speed)).toBe(said));

test.each([
  [1e9, 100],
  [0, 0.001],
  [NaN, 1],
])('%f becomes %f', (speed, clamped) => expect(clampSpeed(speed)).toBe(clamped));
