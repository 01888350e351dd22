import { describe, expect, test } from 'vitest';
import type { EsxVersion } from '../../../web/scenario/choices.ts';
import { decideEncryption, encryptionCpuPpm } from '../../../web/sim/network/encryption.ts';
import { Sharing } from '../../../web/sim/network/max-min.ts';
import * as stream from '../../../web/sim/network/stream.ts';

const GBE = 125_000_000;
const MS = 1_000_000;
const healthy = {
  ...{ lineBytesPerSecond: 10 * GBE, goodputPpm: 941_482, windowBytes: 16 << 20, rttNs: 200_000 },
  ...{ lossPpm: 0, segmentBytes: 1_448, version: '8.0' as EsxVersion, grantedPpm: 1, reservePpm: 1 },
};

describe('window over RTT', () => {
  // rate = window / RTT. Metro vMotion: 1GbE at 10 ms gets 50 MB/s with 0.5 MB, 125 MB/s with 1.25 MB.
  test.each([
    [500_000, 5, 100_000_000],
    [500_000, 10, 50_000_000],
    [1_250_000, 10, 125_000_000],
    [500_000, 50, 10_000_000],
    [500_000, 100, 5_000_000],
    [500_000, 150, 3_333_333],
    [500_000, 0, Infinity],
  ])('%i bytes at %i ms: %i bytes a second', (window, rttMs, rate) => {
    expect(stream.windowLimit(window, rttMs * MS)).toBe(rate);
  });
  test.each([
    [stream.SESSION_BYTES_PER_SECOND, 10, 312_500],
    [GBE, 10, 1_250_000],
    [GBE, 150, 18_750_000],
    [10 * GBE, 100, 125_000_000],
  ])('%i bytes a second at %i ms need %i', (rate, rttMs, window) => {
    expect(stream.windowFor(rate, rttMs * MS)).toBe(window);
  });
});

test('40GbE before auto-tuning: 18, 28 and 36 Gbit/s with 1, 2 and 3 adapters, within 20 %', () => {
  [18, 28, 36].forEach((measured, nth) => {
    const line = 40 * GBE;
    const sharing = new Sharing([Math.floor(line * 0.941482)]);
    const cap = stream.streamCap({ ...healthy, lineBytesPerSecond: line, version: '6.0' });
    expect(cap).toMatchObject({ because: 'helper', streams: 1 });
    const flows = Array.from({ length: nth + 1 }, () => sharing.addFlow([0], cap.bytesPerSecond));
    sharing.resolve();
    const gbits = flows.reduce((sum, flow) => sum + flow.rate, 0) / GBE;
    expect(Math.abs(gbits / measured - 1)).toBeLessThanOrEqual(0.2);
  });
});

test.each([
  ['7.0U1', 40, 1],
  ['7.0U2', 10, 1],
  ['7.0U2', 25, 2],
  ['8.0', 40, 3],
  ['9.0', 100, 7],
] as const)('ESX %s on %iGbE: %i streams', (version, gbits, streams) => {
  expect(stream.streamsOf(version, gbits * GBE)).toBe(streams);
  expect(stream.helperLimit(version, gbits * GBE)).toBe(streams * 15 * GBE);
});

describe('loss', () => {
  // MSS / RTT x 1.22 / sqrt(p): 1460 B / 0.1 s x 1.22 / 0.01 = 1,781,200 B/s.
  test('0.01 % at 100 ms', () => expect(stream.lossLimit(1_460, 100 * MS, 100)).toBe(1_781_200));
  test('a hundred times the loss is a tenth of the rate', () =>
    expect(stream.lossLimit(1_460, 100 * MS, 10_000)).toBe(178_120));
  test('none', () => expect(stream.lossLimit(1_460, 100 * MS, 0)).toBe(Infinity));
  test('all', () => expect(stream.lossLimit(1_460, 0, 1_000_000)).toBe(0));
});

test.each([
  [[], 0],
  [[1], 30],
  [[1, 1, 1, 1], 40],
  [[10], 100],
  [[10, 10], 200],
  [[10, 1], 110],
  [[40], 400],
])('CPU reserve of NICs of %j Gbit/s: %i %% of a core', (nics, percent) => {
  expect(stream.cpuReservePpm(nics.map((gbits) => gbits * GBE))).toBe(percent * 10_000);
});

test.each([
  [31_250_000, 1],
  [50_000_000, 1],
  [62_500_000, 2],
  [31_249_999, 0],
])('a line of %i bytes a second carries %i sessions', (line, sessions) => {
  expect(stream.sessionsOn(line)).toBe(sessions);
});

describe('MTU', () => {
  test.each([
    [1_500, 1_500, [1_500], 1_448, 941_482, false, false],
    [9_000, 9_000, [9_000, 9_216], 8_948, 990_042, false, false],
    [9_000, 1_500, [9_000], 1_448, 941_482, true, false],
    [9_000, 9_000, [9_000, 1_500], 8_948, 0, false, true],
    [1_500, 9_000, [1_400], 1_448, 0, true, true],
  ])('%i and %i over %j', (source, target, between, segmentBytes, goodputPpm, endsDiffer, fullFramesLost) => {
    expect(stream.mtuEffect(source, target, between)).toEqual({
      ...{ segmentBytes, goodputPpm, endsDiffer, fullFramesLost },
    });
  });
});

describe('the cap of an adapter and why', () => {
  test.each([
    ['line', {}, 1_176_852_500],
    ['window', { rttNs: 100 * MS, windowBytes: 500_000 }, 5_000_000],
    ['loss', { rttNs: 100 * MS, windowBytes: 2 ** 30, lossPpm: 100 }, 1_766_560],
    ['helper', { lineBytesPerSecond: 40 * GBE, version: '6.7' as const }, 15 * GBE],
    ['cpu', { grantedPpm: 500_000, reservePpm: 1_000_000 }, 5 * GBE],
  ] as const)('%s', (because, change, bytesPerSecond) => {
    expect(stream.streamCap({ ...healthy, ...change })).toEqual({ bytesPerSecond, because, streams: 1 });
  });
  test('more line never gives less, from 1GbE to 100GbE, on any version', () => {
    for (const version of ['6.0', '8.0'] as const) {
      let last = 0;
      for (const gbits of [1, 2.5, 10, 25, 40, 50, 100]) {
        const { bytesPerSecond } = stream.streamCap({ ...healthy, version, lineBytesPerSecond: gbits * GBE });
        expect(bytesPerSecond).toBeGreaterThanOrEqual(last);
        last = bytesPerSecond;
      }
    }
  });
});

describe('encryption', () => {
  const can = { version: '6.5', aes: true } as const;
  const old = { version: '6.0', aes: true } as const;
  const noAes = { version: '8.0', aes: false } as const;
  test.each([
    ['disabled', false, can, can, { kind: 'plain', lacks: [] }],
    ['disabled', true, can, can, { kind: 'encrypted' }],
    ['disabled', true, can, old, { kind: 'refused', lacks: ['target-version'] }],
    ['opportunistic', false, can, can, { kind: 'encrypted' }],
    ['opportunistic', false, can, old, { kind: 'plain', lacks: ['target-version'] }],
    ['opportunistic', false, noAes, can, { kind: 'plain', lacks: ['source-aes'] }],
    ['required', false, can, can, { kind: 'encrypted' }],
    ['required', false, old, noAes, { kind: 'refused', lacks: ['source-version', 'target-aes'] }],
  ] as const)('%s, VM encrypted: %j', (setting, vmEncrypted, source, target, decision) => {
    expect(decideEncryption(setting, vmEncrypted, source, target)).toEqual(decision);
  });
  test('costs about a core at 10 Gbit/s', () => {
    expect([0, GBE, 10 * GBE].map(encryptionCpuPpm)).toEqual([0, 100_000, 1_000_000]);
  });
});
