import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NS_PER_MS, NS_PER_SECOND, PPM } from '../../web/base/units.ts';
import type { ClientSpec } from '../../web/scenario/schema.ts';
import {
  answeredBy,
  clientTotals,
  pingOutcome,
  pingTotals,
  trackClient,
  transactionsBetween,
} from '../../web/sim/client.ts';
import type { ServiceStretch } from '../../web/sim/run-log.ts';

const spec: ClientSpec = {
  pingIntervalNs: 10 * NS_PER_MS,
  serviceNs: 600_000,
  latencyNs: 100_000,
  retransmitNs: 200 * NS_PER_MS,
};
const stretch = (fromMs: number, state: ServiceStretch['state'], speedPpm = PPM): ServiceStretch => ({
  migration: 0,
  fromNs: Math.round(fromMs * NS_PER_MS),
  state,
  speedPpm,
  host: 'esx-01',
});
const move = [
  stretch(0, 'reachable'),
  stretch(1000, 'stunned', 0),
  stretch(1300, 'misdelivered'),
  stretch(1305, 'reachable'),
];

describe('pings', () => {
  it('are lost from the stun until the switch has learned the new port', () => {
    const lost = Array.from({ length: 200 }, (_, i) => pingOutcome(move, spec, i)).filter(
      (ping) => ping.rttNs === null,
    );
    // A ping sent at T arrives 0.1 ms later: 1000 ms is the first to arrive in the stun, 1300 the last before 1305.
    expect(lost.map((ping) => ping.sentNs / NS_PER_MS)).toEqual(
      Array.from({ length: 31 }, (_, i) => 1000 + 10 * i),
    );
    expect(pingTotals(move, spec, 2 * NS_PER_SECOND)).toEqual({ pings: 200, lostPings: 31 });
  });

  it('were answered before the run began', () => {
    expect(pingOutcome(move, spec, -3).rttNs).toBe(220_000);
  });

  it('are counted as they are answered one by one, whatever the stretches', () => {
    fc.assert(
      fc.property(stretches(), fc.integer({ min: 0, max: 4_000_000_000 }), (service, untilNs) => {
        const totals = pingTotals(service, spec, untilNs);
        let lost = 0;
        for (let i = 0; i < totals.pings; i++) {
          const ping = pingOutcome(service, spec, i);
          // A ping whose frame has not arrived yet at untilNs is not lost yet.
          if (ping.rttNs === null && ping.sentNs + spec.latencyNs < untilNs) lost++;
        }
        expect(totals.lostPings).toBe(lost);
      }),
      { numRuns: 200 },
    );
  });
});

describe('transactions', () => {
  it('take service time and a round trip each while nothing disturbs', () => {
    const track = trackClient(spec, [], NS_PER_SECOND);
    // 2 x 0.1 ms + 0.6 ms = 0.8 ms each: 1250 a second.
    expect(transactionsBetween(track, 0, NS_PER_SECOND)).toBe(1250);
  });

  it('slow down with the guest', () => {
    const track = trackClient(spec, [stretch(0, 'reachable', PPM / 2)], NS_PER_SECOND);
    expect(transactionsBetween(track, 0, NS_PER_SECOND)).toBe(Math.floor(1_000_000 / 1400));
  });

  it('survive the stun: the open one is retransmitted with a doubled time-out and answered once', () => {
    const track = trackClient(spec, move, 2 * NS_PER_SECOND);
    const totals = clientTotals(track, 2 * NS_PER_SECOND);
    expect(totals.lost).toBe(0);
    expect(totals.twice).toBe(0);
    expect(totals.retransmissions).toBeGreaterThanOrEqual(1);
    // No answer arrives while the VM stands still.
    expect(transactionsBetween(track, 1001 * NS_PER_MS, 1300 * NS_PER_MS)).toBe(0);
    expect(totals.acknowledged + 1).toBeGreaterThanOrEqual(totals.requests);
  });

  it('already being computed when the VM stops are finished after it resumes, and the repeated request is not executed again', () => {
    const slow: ClientSpec = { ...spec, serviceNs: 50 * NS_PER_MS };
    const service = [stretch(0, 'reachable'), stretch(30, 'stunned', 0), stretch(330, 'reachable')];
    const track = trackClient(slow, service, NS_PER_SECOND);
    const totals = clientTotals(track, NS_PER_SECOND);
    // Sent at 0, arrives at 0.1, has worked 29.9 ms when the VM stops; 20.1 ms are left at 330: answered at 350.1 + 0.1 ms.
    expect(answeredBy(track, 350.2 * NS_PER_MS)).toBe(1);
    expect(answeredBy(track, 350.2 * NS_PER_MS - 1)).toBe(0);
    expect(totals.retransmissions).toBe(1);
    expect(totals.twice).toBe(0);
  });

  it('are conserved whatever the stretches: each answered one was executed once', () => {
    fc.assert(
      fc.property(stretches(), (service) => {
        const untilNs = 6 * NS_PER_SECOND;
        const track = trackClient(spec, service, untilNs);
        const totals = clientTotals(track, untilNs);
        expect(totals.lost).toBe(0);
        expect(totals.twice).toBe(0);
        expect(totals.acknowledged).toBeLessThanOrEqual(totals.executed);
        expect(totals.requests - totals.acknowledged).toBeLessThanOrEqual(1);
        const runs = track.runs;
        for (let i = 1; i < runs.length; i++) {
          const before = runs[i - 1]!;
          expect(runs[i]!.fromNs).toBe(before.fromNs + before.count * before.eachNs);
          expect(runs[i]!.before).toBe(before.before + before.count);
        }
      }),
      { numRuns: 200 },
    );
  });
});

function stretches() {
  const one = fc.record({
    lastsMs: fc.integer({ min: 1, max: 700 }),
    state: fc.constantFrom<ServiceStretch['state']>('reachable', 'stunned', 'misdelivered'),
    speedPpm: fc.integer({ min: 10_000, max: PPM }),
  });
  return fc.array(one, { maxLength: 8 }).map((parts) => {
    let atMs = 0;
    const service = parts.map((part) => {
      const made = stretch(atMs, part.state, part.state === 'stunned' ? 0 : part.speedPpm);
      atMs += part.lastsMs;
      return made;
    });
    return [...service, stretch(atMs, 'reachable')];
  });
}

describe('a client that waits less than an answer takes', () => {
  const hasty: ClientSpec = {
    ...spec,
    latencyNs: 5 * NS_PER_MS,
    serviceNs: 25 * NS_PER_MS,
    retransmitNs: 10 * NS_PER_MS,
  };

  it('repeats each request at 10 and 30 ms of its 35, and the VM knows the repeated ones by their number', () => {
    const totals = clientTotals(trackClient(hasty, [], 3_500 * NS_PER_MS), 3_500 * NS_PER_MS);
    expect(totals).toMatchObject({
      acknowledged: 100,
      retransmissions: 200,
      duplicatesSuppressed: 200,
      lost: 0,
      twice: 0,
    });
    const early = clientTotals(trackClient(hasty, [], 3_500 * NS_PER_MS), 29 * NS_PER_MS);
    expect(early).toMatchObject({ acknowledged: 0, retransmissions: 1 });
  });

  it('is followed over three days in a handful of steps', () => {
    const threeDaysNs = 3 * 86_400 * NS_PER_SECOND;
    const track = trackClient(hasty, move, threeDaysNs);
    expect(track.runs.length).toBeLessThan(10);
    expect(clientTotals(track, threeDaysNs)).toMatchObject({ lost: 0, twice: 0 });
  });
});
