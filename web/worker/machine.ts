/**
 * How fast this machine is, seen in a few hundredths of a second. It decides only whether a run would take too long to be worth
 * starting, and never any of its numbers: it is measured on a guest of its own in a memory of its own.
 */
import { GIB, MIB, NS_PER_SECOND } from '../base/units.ts';
import { SLOW_MACHINE, type Machine } from '../sim/cost.ts';
import type { DataPlane, Fidelity, GuestMemorySpec } from '../sim/data-plane.ts';

/** For each of three measures, so that all together stay within 30 ms. */
const MEASURE_MS = 8;
/** Runs of the same work; the first ones go through code the browser has not yet compiled well. */
const LEAST_RUNS = 2;
const LINK_BYTES_PER_SECOND = 1_250_000_000;
const FOREVER = Number.MAX_SAFE_INTEGER;

export function measureMachine(plane: DataPlane, now: () => number): Machine {
  const pages = (fidelity: Fidelity, usedBytes: number) =>
    bestRate(now, () => movedOnce(plane, specOf(fidelity, usedBytes, 0)));
  return {
    ...SLOW_MACHINE,
    pagesPerSecond: {
      ...SLOW_MACHINE.pagesPerSecond,
      'byte-exact': sane(pages('byte-exact', MIB), SLOW_MACHINE.pagesPerSecond['byte-exact']),
      'page-exact': sane(pages('page-exact', 256 * MIB), SLOW_MACHINE.pagesPerSecond['page-exact']),
    },
    writesPerSecond: sane(writesPerSecond(plane, now), SLOW_MACHINE.writesPerSecond),
  };
}

/** One whole move of a guest that stands still: made, sent once, compared. Returns its pages, made and sent. */
function movedOnce(plane: DataPlane, spec: GuestMemorySpec): number {
  const guest = plane.create(spec);
  try {
    while (!guest.prepare());
    guest.beginTracking(0, LINK_BYTES_PER_SECOND);
    while (guest.advance(FOREVER, FOREVER) !== 'round');
    guest.compare();
    return 2 * guest.pageCount;
  } finally {
    guest.release();
  }
}

function bestRate(now: () => number, work: () => number): number {
  let best = 0;
  const startMs = now();
  for (let runs = 0; runs < LEAST_RUNS || now() - startMs < MEASURE_MS; runs++) {
    const fromMs = now();
    const done = work();
    best = Math.max(best, (1000 * done) / (now() - fromMs));
  }
  return best;
}

/** A guest that writes as fast as it may, in short stretches until the time is over. */
function writesPerSecond(plane: DataPlane, now: () => number): number {
  const guest = plane.create(specOf('page-exact', GIB, 20_000_000));
  try {
    while (!guest.prepare());
    guest.beginTracking(0, LINK_BYTES_PER_SECOND);
    let best = 0;
    const startMs = now();
    for (let stretch = 1, before = 0; stretch <= LEAST_RUNS || now() - startMs < MEASURE_MS; stretch++) {
      const fromMs = now();
      guest.advance(stretch * 0.001 * NS_PER_SECOND, FOREVER);
      const { guestWrites } = guest.counters();
      best = Math.max(best, (1000 * (guestWrites - before)) / (now() - fromMs));
      before = guestWrites;
    }
    return best;
  } finally {
    guest.release();
  }
}

function specOf(fidelity: Fidelity, usedBytes: number, rate: number): GuestMemorySpec {
  const phase = {
    afterNs: 0,
    pattern: rate > 0 ? ('uniform' as const) : ('idle' as const),
    writesPerSecond: rate,
    workingSetBytes: usedBytes / 2,
    bytesPerWrite: 64,
    hotWritesPpm: 900_000,
    hotPagesPpm: 100_000,
    zipfExponentMilli: 990,
  };
  return {
    fidelity,
    usedBytes,
    seed: 1,
    content: { textPpm: 350_000, heapPpm: 350_000, randomPpm: 100_000 },
    phases: [phase],
    compression: 'off',
    xbzrleCacheBytes: MIB,
    traceFaultNs: 0,
  };
}

/** A clock without fine steps, or a machine that was busy elsewhere, must not refuse or admit what it should not. */
function sane(measured: number, slow: number): number {
  return Number.isFinite(measured) ? Math.min(100 * slow, Math.max(slow / 3, measured)) : slow;
}
