import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { costsOf } from '../../web/sim/limits-cost.ts';
import { Limits, nicMost, type Operation, type OperationKind } from '../../web/sim/limits.ts';

const GBE = 125_000_000;
const op = (kind: OperationKind, at: Partial<Omit<Operation, 'kind'>> = {}): Operation => ({
  ...{ kind, source: 0, target: 0, sourceDatastore: 0, targetDatastore: 0 },
  ...at,
});
const vmotion = (source: number, target: number, datastore = 0) =>
  op('vmotion', { source, target, sourceDatastore: datastore, targetDatastore: datastore });

/** Asks for each in turn; 1 where it starts, 0 where it waits. */
function ask(limits: Limits, operations: readonly Operation[], from = 0): number[] {
  return operations.map((operation, nth) => Number(limits.ask(from + nth, operation)));
}
const times = <T>(count: number, make: (nth: number) => T) =>
  Array.from({ length: count }, (_, nth) => make(nth));

describe('vMotion NICs', () => {
  test.each([
    ['none', [], 0],
    ['100 Mbit/s: the safety value', [0.1], 2],
    ['1GbE', [1], 4],
    ['a FlexNIC of 2 Gbit/s counts as 1GbE', [2], 4],
    ['a FlexNIC of 9 Gbit/s counts as 1GbE', [9], 4],
    ['10GbE', [10], 8],
    ['100GbE', [100], 8],
    ['two of 10GbE add no migrations', [10, 10], 8],
    ['1GbE beside 10GbE: mismatch', [10, 1], 2],
  ])('%s', (_, nics, most) => {
    expect(nicMost(nics.map((gbits) => gbits * GBE))).toBe(most);
  });
});

describe('the worked examples', () => {
  const storage = (nth: number) =>
    op('storage-vmotion', { sourceDatastore: 2 * nth, targetDatastore: 2 * nth + 1 });
  test('(a) two Storage vMotions on a host, not three', () => {
    expect(ask(new Limits([8], 6), times(3, storage))).toEqual([1, 1, 0]);
  });
  test('(a) one Storage vMotion and four vMotions on a host, not five', () => {
    const limits = new Limits([8, 8], 4);
    expect(ask(limits, [storage(0), ...times(5, () => vmotion(0, 1, 3))])).toEqual([1, 1, 1, 1, 1, 0]);
    expect(limits.waitsFor(5)).toEqual([{ limited: 'host', part: 0, used: 8, most: 8, cost: 1, ahead: 0 }]);
  });
  test('(b) with one vMotion on a datastore, seven Storage vMotions (113) and not the eighth (129)', () => {
    const limits = new Limits(
      times(10, () => 8),
      9,
    );
    limits.ask(100, vmotion(8, 9));
    const started = ask(limits, times(8, (nth) => op('storage-vmotion', { source: nth, target: nth, targetDatastore: nth + 1 }))); // prettier-ignore
    expect(started).toEqual([1, 1, 1, 1, 1, 1, 1, 0]);
    expect(limits.used('datastore', 0)).toBe(113);
    expect(limits.waitsFor(7)).toEqual([
      { limited: 'datastore', part: 0, used: 113, most: 128, cost: 16, ahead: 0 },
    ]);
    expect(limits.release(100)).toEqual([7]);
    expect(limits.used('datastore', 0)).toBe(128);
  });
  test('(c) what each kind costs', () => {
    const at = { source: 0, target: 1, sourceDatastore: 0, targetDatastore: 1 };
    const costs = (kind: OperationKind) => costsOf(op(kind, at)).map(({ limited, part, cost }) => `${limited}${part}:${cost}`); // prettier-ignore
    expect(costs('vmotion').join(' ')).toBe('host0:1 host1:1 nic0:1 nic1:1 datastore0:1 datastore1:1');
    expect(costs('without-shared-storage').join(' ')).toBe('host0:4 host1:4 nic0:1 nic1:1 datastore0:16 datastore1:16'); // prettier-ignore
    expect(costs('storage-vmotion').join(' ')).toBe('host0:4 host1:4 datastore0:16 datastore1:16');
    expect(costs('provisioning').join(' ')).toBe('host0:1 host1:1');
    expect(costsOf(op('storage-vmotion'))).toHaveLength(2);
  });
  test.each([
    ['vmotion', 8, 8],
    ['vmotion', 4, 4],
    ['vmotion', 2, 2],
    ['without-shared-storage', 8, 2],
    ['storage-vmotion', 2, 2],
    ['provisioning', 2, 8],
  ] as const)('(c, d) %s where the NIC carries %i: %i at once', (kind, nic, most) => {
    const limits = new Limits([nic, 8], 40);
    const target = kind === 'storage-vmotion' ? 0 : 1;
    const many = times(20, (nth) => op(kind, { target, sourceDatastore: nth, targetDatastore: nth + 20 }));
    expect(ask(limits, many)).toEqual(times(20, (nth) => Number(nth < most)));
  });
  test('128 vMotions on a datastore, not 129', () => {
    const limits = new Limits(
      times(34, () => 8),
      1,
    );
    const many = times(129, (nth) => vmotion(2 * Math.floor(nth / 8), 2 * Math.floor(nth / 8) + 1));
    expect(ask(limits, many)).toEqual(times(129, (nth) => Number(nth < 128)));
  });
});

describe('the queue', () => {
  test('an operation that fits does not overtake one that waits on the same host', () => {
    const limits = new Limits([8, 8, 8], 9);
    const storage = op('storage-vmotion', { sourceDatastore: 1, targetDatastore: 2 });
    expect(ask(limits, [...times(5, () => vmotion(0, 1)), storage, vmotion(0, 2), vmotion(1, 2)])).toEqual([1, 1, 1, 1, 1, 0, 0, 1]); // prettier-ignore
    expect(limits.waitsFor(6)).toEqual([{ limited: 'host', part: 0, used: 5, most: 8, cost: 1, ahead: 1 }]);
    expect(limits.release(0)).toEqual([5]);
    expect(limits.release(1)).toEqual([6]);
  });
  test('one that waits for its host holds up nobody on the datastore they share', () => {
    const limits = new Limits([8, 8, 8, 8], 1);
    ask(
      limits,
      times(9, () => vmotion(0, 1)),
    );
    expect(limits.isRunning(8)).toBe(false);
    expect(limits.ask(9, vmotion(2, 3))).toBe(true);
  });
  test('of two hosts that open at once, the oldest goes first', () => {
    const limits = new Limits([4, 4, 8, 8], 1);
    ask(limits, [...times(4, () => vmotion(0, 1)), vmotion(1, 2), vmotion(0, 3)]);
    expect(limits.release(0)).toEqual([4, 5]);
  });
  test('withdrawing one that waits lets those behind it go', () => {
    const limits = new Limits([8, 8], 9);
    ask(limits, [...times(5, () => vmotion(0, 1)), op('storage-vmotion', { targetDatastore: 1 }), vmotion(0, 1)]); // prettier-ignore
    expect(limits.release(5)).toEqual([6]);
    expect(limits.used('host', 0)).toBe(6);
  });
  test('a NIC that fails starts no more; when it is back, those that wait go', () => {
    const limits = new Limits([8, 8], 1);
    ask(limits, [vmotion(0, 1)]);
    expect(limits.setNicMost(0, 1)).toEqual([]);
    expect(limits.ask(1, vmotion(0, 1))).toBe(false);
    expect(limits.setNicMost(0, 8)).toEqual([1]);
  });
  test('what could never start, and what nobody knows, is an error', () => {
    const limits = new Limits([0, 8], 1);
    expect(() => limits.ask(0, vmotion(0, 1))).toThrow('costs 1 on nic 0, which has 0: it could never start');
    expect(() => limits.ask(0, vmotion(5, 1))).toThrow('there is no host 5');
    expect(() => limits.release(3)).toThrow('there is no operation 3');
    limits.ask(0, op('provisioning'));
    expect(() => limits.ask(0, op('provisioning'))).toThrow('operation 0 was asked for before');
  });
});

const KINDS = ['vmotion', 'storage-vmotion', 'without-shared-storage', 'provisioning'] as const;
const operation = fc
  .record({
    kind: fc.constantFrom(...KINDS),
    ...{ source: fc.nat(3), target: fc.nat(3), sourceDatastore: fc.nat(2), targetDatastore: fc.nat(2) },
  })
  .map((one) => (one.kind === 'storage-vmotion' ? { ...one, target: one.source } : one));

/** Adds up what runs and looks at everybody who waits: the rules from their words. */
function check(limits: Limits, alive: ReadonlyMap<number, Operation>): void {
  const mosts = { host: 8, nic: 4, datastore: 128 };
  const used = new Map<string, number>();
  for (const [id, one] of alive) {
    if (!limits.isRunning(id)) continue;
    for (const { limited, part, cost } of costsOf(one))
      used.set(limited + part, (used.get(limited + part) ?? 0) + cost);
  }
  for (const [limited, most] of Object.entries(mosts))
    for (let part = 0; part < (limited === 'datastore' ? 3 : 4); part++) {
      const sum = used.get(limited + part) ?? 0;
      expect(sum).toBeLessThanOrEqual(most);
      expect(limits.used(limited as 'host', part)).toBe(sum);
    }
  for (const id of alive.keys()) {
    const waits = limits.waitsFor(id);
    expect(waits.length > 0).toBe(!limits.isRunning(id));
    // The first in each line lacks room somewhere, or an older one is before it there: nobody waits for nothing.
    for (const wait of waits) expect(wait.ahead > 0 || waits.some((one) => one.used + one.cost > one.most || one.ahead > 0)).toBe(true); // prettier-ignore
  }
}

describe('any course of asking, ending and withdrawing', () => {
  const course = fc.array(fc.oneof(operation, fc.nat(40)), { maxLength: 80 });
  test('keeps every most, leaves nobody waiting for nothing, and ends with all of them done', () => {
    fc.assert(
      fc.property(course, (steps) => {
        const limits = new Limits([4, 4, 4, 4], 3);
        const alive = new Map<number, Operation>();
        steps.forEach((step, id) => {
          const ids = [...alive.keys()];
          if (typeof step !== 'number') {
            alive.set(id, step);
            limits.ask(id, step);
          } else if (ids.length > 0) {
            const ended = ids[step % ids.length]!;
            alive.delete(ended);
            for (const started of limits.release(ended)) expect(limits.isRunning(started)).toBe(true);
          }
          check(limits, alive);
        });
        for (const id of [...alive.keys()])
          if (alive.has(id) && limits.isRunning(id)) drain(limits, alive, id);
        expect([...alive.keys()]).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

function drain(limits: Limits, alive: Map<number, Operation>, first: number): void {
  const running = [first];
  for (let id = running.pop(); id !== undefined; id = running.pop()) {
    alive.delete(id);
    running.push(...limits.release(id));
  }
}
