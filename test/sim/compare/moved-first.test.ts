import { describe, expect, it } from 'vitest';
import { moveFirst, movedFirstViolations, type MovedFirst } from '../../../web/sim/faults/moved-first.ts';

const SEEDS = 300;
const all = Array.from({ length: SEEDS }, (_, seed) => moveFirst(seed + 1));

describe('a guest that runs before its memory is there', () => {
  it('breaks nothing, whatever fails', () => {
    all.forEach((one, at) => {
      expect(movedFirstViolations(one, moveFirst(at + 1).run), `seed ${at + 1}, ${one.engine}`).toEqual([]);
    });
  });

  it('meets every end: moved, back where it was, and lost, and outages it waits out', () => {
    const outcomes = new Set(all.map(({ run }) => run.outcome));
    expect([...outcomes].sort()).toEqual(expect.arrayContaining(['completed', 'failed', 'guest-lost']));
    expect(all.some(({ run }) => (run.postCopy?.pausedNs ?? 0) > 0 && run.outcome === 'completed')).toBe(
      true,
    );
    expect(all.some(({ run }) => run.outcome === 'guest-lost' && run.postCopy !== null)).toBe(true);
  });

  const calm = all.find(({ run }) => run.outcome === 'completed' && run.postCopy)!;
  const with_ = (run: Partial<MovedFirst['run']>): MovedFirst => ({
    ...calm,
    faults: [],
    run: { ...calm.run, ...run },
  });
  it.each([
    ['a page that is not the same', with_({ pagesDifferent: 1 }), 'memory-is-equal'],
    [
      'a page that nobody fetched',
      with_({ postCopy: { ...calm.run.postCopy!, pushedPages: calm.run.postCopy!.pushedPages - 1 } }),
      'memory-is-equal',
    ],
    [
      'a guest that is nowhere without a loss',
      with_({ outcome: 'guest-lost', runsOn: 'nowhere' }),
      'executes-unless-stunned-or-down',
    ],
    ['a guest that is lost and runs', with_({ outcome: 'guest-lost' }), 'executes-unless-stunned-or-down'],
    ['an end before the horizon that is none', with_({ outcome: 'unfinished' }), 'every-task-ends'],
  ] as const)('%s is found', (_, broken, property) => {
    expect(movedFirstViolations(broken, broken.run).map((one) => one.property)).toContain(property);
  });

  it('another run of the same seed is found', () => {
    const again = { ...calm.run, totalNs: calm.run.totalNs + 1 };
    expect(movedFirstViolations(calm, again).map((one) => one.property)).toContain('replays-identically');
  });
});
