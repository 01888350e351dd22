import { expect, test } from 'vitest';
import { throttleSleepMs, thresholdBytes } from '../../../web/sim/policy/qemu-profiles.ts';
import { xorshift32 } from '../../../web/sim/qemu/dirtier.ts';
import { ByteLimiter, FlushLimiter } from '../../../web/sim/qemu/limiter.ts';
import { recordedValues, type RecordedValues } from '../../../web/sim/qemu/parameters.ts';
import { predictAll } from '../../../web/sim/qemu/predict.ts';
import {
  decidePeriod,
  decideTurn,
  QEMU,
  rulesOf,
  windowBudget,
  type TurnFacts,
} from '../../../web/sim/qemu/thread.ts';
import { encodedBytes, PageCache } from '../../../web/sim/qemu/xbzrle.ts';

function values(given: Readonly<Record<string, unknown>> = {}, capabilities: string[] = []): RecordedValues {
  const read = recordedValues(given, capabilities);
  if (!read.ok) throw new Error(JSON.stringify(read.error));
  return read.value;
}

test('128 MiB/s is 13 421 772 bytes a window, and a threshold of 40 265 318 at 300 ms', () => {
  const defaults = values();
  expect(windowBudget(defaults, defaults['max-bandwidth'])).toBe(13_421_772);
  expect(windowBudget(defaults, 0)).toBe(Infinity);
  // The window at exactly the cap: 134 217 728 B/s x 0.3 s.
  expect(thresholdBytes(defaults, 134_217_728 / 1000)).toBe(40_265_318);
  expect(thresholdBytes(values({ 'downtime-limit': 100 }), 6_714_162 / 100)).toBe(6_714_162);
});

test('the throttle climbs 20, 30 ... 90, 99, two high periods a step', () => {
  const converge = values({}, ['auto-converge']);
  const period = { periodMs: 1001, dirtiedBytes: 2000, sentBytes: 1000 };
  let state = { throttlePercent: 0, highCount: 0 };
  const after = (now: typeof period) => {
    const { throttlePercent, numbers } = decidePeriod(rulesOf(7), converge, { ...now, ...state });
    const percent = throttlePercent ?? state.throttlePercent;
    return { throttlePercent: percent, highCount: numbers['highCount']! };
  };
  const ladder: number[] = [];
  for (let count = 0; count < 20; count++) {
    state = after(period);
    if (count % 2 === 1) ladder.push(state.throttlePercent);
  }
  expect(ladder).toEqual([20, 30, 40, 50, 60, 70, 80, 90, 99, 99]);
  state = { throttlePercent: 0, highCount: 1 };
  expect(after({ ...period, dirtiedBytes: 500 })).toEqual(state);
  expect(throttleSleepMs(99)).toBeCloseTo(990, 9);
});

test('a turn syncs only below the threshold, and completes strictly below it or at nothing left', () => {
  const facts: TurnFacts = {
    elapsedNs: 0,
    passes: 0,
    pendingBytes: 4096,
    thresholdBytes: 4096,
    inPostcopy: false,
    postcopyAsked: false,
    synced: false,
  };
  const turn = (over: Partial<TurnFacts> = {}) => {
    const decided = decideTurn(rulesOf(7), values(), { ...facts, ...over });
    return decided === 'sync' ? decided : decided.action;
  };
  expect(turn()).toBe('go-on');
  expect(turn({ pendingBytes: 4095 })).toBe('sync');
  expect(turn({ pendingBytes: 4095, synced: true })).toBe('switch-over');
  // In the first 100 ms the threshold is 0: nothing left ends it without another look.
  expect(turn({ pendingBytes: 0, thresholdBytes: 0 })).toBe('switch-over');
  expect(turn({ postcopyAsked: true })).toBe('post-copy');
  expect(turn({ postcopyAsked: true, inPostcopy: true })).toBe('go-on');
});

test('a plain page costs 4104 bytes, a window of 64 MiB/s takes 1636 of them', () => {
  const limiter = new ByteLimiter();
  limiter.reset();
  const budget = windowBudget(values(), 67_108_864);
  let pages = 0;
  for (; limiter.usedBytes <= budget; pages++) expect(limiter.plain()).toBe(4104);
  limiter.flush();
  expect([pages, limiter.windowBytes]).toEqual([1636, 6_714_162]);
});

test('later versions see 32 pages at a time: 52 flushes in a window of 64 MiB/s', () => {
  const limiter = new FlushLimiter();
  limiter.reset();
  const budget = windowBudget(values(), 67_108_864);
  let pages = 0;
  for (; limiter.usedBytes <= budget; pages++) limiter.plain();
  limiter.flush();
  expect([pages, limiter.windowBytes]).toEqual([52 * 32, 6_829_074]);
});

test('XBZRLE encodes the example of its documentation in 24 bytes', () => {
  const page = (...bytes: number[]) => Uint8Array.from({ length: 4096 }, (_, at) => bytes[at - 1001] ?? 0);
  const before = page(
    5,
    6,
    7,
    8,
    9,
    0xa,
    0xb,
    0xc,
    0xd,
    0xe,
    0xf,
    0x10,
    0x11,
    0x12,
    0x13,
    0x68,
    0,
    0,
    0x6b,
    0,
    0x6d,
  );
  const now = page(1, 2, 3, 4, 5, 6, 7, 8, 9, 0xa, 0xb, 0xc, 0xd, 0xe, 0xf, 0x68, 0, 0, 0x67, 0, 0x69);
  expect(encodedBytes(before, now)).toBe(24);
  expect(encodedBytes(before, before)).toBe(0);
  expect(
    encodedBytes(
      new Uint8Array(4096),
      Uint8Array.from({ length: 4096 }, (_, at) => at & 1),
    ),
  ).toBe(-1);
  expect(
    encodedBytes(
      new Uint8Array(4096),
      Uint8Array.from({ length: 4096 }, (_, at) => +(at === 4095)),
    ),
  ).toBe(4);
});

test('a young page keeps its slot in the cache for two syncs', () => {
  const cache = new PageCache(16 * 4096);
  expect(cache.insert(3, 7, 1)).toBe(true);
  expect(cache.insert(19, 8, 2)).toBe(false);
  expect(cache.lookUp(3, 1)).toBe(7);
  expect(cache.insert(19, 8, 1 + QEMU.cacheLifetimeSyncs)).toBe(true);
  expect(cache.lookUp(3, 3)).toBe(null);
});

test('xorshift32 is the one of the guest', () => {
  // 1 ^ 1 << 13 = 0x2001; >>> 17 gives 0; ^ 0x2001 << 5 = 0x42021.
  expect(xorshift32(1)).toBe(0x42021);
});

const record = {
  id: 'a',
  repeat: 1,
  kind: 'idle',
  qemu: '7.2.22',
  config: {
    mem_mib: 128,
    filled_mib: 16,
    content: 'random',
    ws_mib: 8,
    rate: 0,
    pattern: 'seq',
    write: 'byte',
    timeout_s: 10,
  },
  capabilities: ['events'],
  parameters: { 'max-bandwidth': 33_554_432, 'downtime-limit': 300 },
  warmup: { writes_per_s: 0 },
  writes_before_migrate: 0,
};
const messages = (...lines: unknown[]) =>
  predictAll(
    lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'),
  ).problems.map(({ path, message }) => `${path}: ${message}`);

test('what is wrong is told with line and field, the other lines are predicted', () => {
  expect(messages(record, 'no JSON')[0]).toMatch(/^line 2: This is not JSON/);
  expect(messages({ ...record, config: { ...record.config, pattern: undefined } })).toEqual([
    'line 1, config.pattern: It is missing; it has to be one of seq, random, hotcold.',
  ]);
  expect(messages({ ...record, parameters: { 'max-bandwith': 1 } })[0]).toMatch(
    /^line 1, parameters.max-bandwith: QEMU has no parameter/,
  );
  expect(messages({ ...record, capabilities: ['rdma-pin-all'] })[0]).toMatch(/^line 1, capabilities: /);
  expect(messages({ ...record, writes_before_migrate: undefined })[0]).toMatch(
    /^line 1, writes_before_migrate: /,
  );
  expect(messages('[]')).toEqual(['line 1: A record has to be a JSON object.']);
  expect(messages('')).toEqual([': The file has no records.']);
  expect(predictAll(`x\n${JSON.stringify({ ...record, kind: 'of tomorrow' })}`).runs.length).toBe(1);
});
