import { describe, expect, it } from 'vitest';
import { PAGE_BYTES, PPM } from '../../web/base/units.ts';
import type { Phase } from '../../web/scenario/schema.ts';
import { scatteredPage } from '../oracle/precopy.ts';
import { openPlane, phaseOf, ready, specOf } from '../support/precopy.ts';

const PAGES = 3000;
const WORKING_SET = 2100;
/** (3000 - 2100) / 3 = 300, rounded down to a multiple of 64. */
const FIRST = 256;
const SEED = 11;
const DRAWS = 40_000;

/** How often each page of the working set is written: the guest runs for one write at a time. */
async function hitsOf(over: Partial<Phase>): Promise<Uint32Array> {
  const { plane, pagesOf } = await openPlane('release');
  const phase = phaseOf({ workingSetBytes: WORKING_SET * PAGE_BYTES, writesPerSecond: 1_000_000, ...over });
  const vm = ready(
    plane,
    specOf({
      fidelity: 'page-exact',
      usedBytes: PAGES * PAGE_BYTES,
      seed: SEED,
      traceFaultNs: 0,
      phases: [phase],
    }),
  );
  const hits = new Uint32Array(PAGES);
  vm.beginTracking(0, 1e9);
  for (let draw = 0; draw < DRAWS; draw++) {
    vm.setGuestSpeed(0);
    vm.nextRound();
    vm.advance(Infinity, Infinity);
    vm.setGuestSpeed(PPM);
    vm.setRate(vm.counters().nowNs + 1_000, 1e9);
    const written = pagesOf(vm, 'written');
    expect(written.length).toBe(1);
    hits[written[0] as number] = (hits[written[0] as number] as number) + 1;
  }
  return hits;
}

const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);

/** Share of the writes that fall on the ranks below `ranks`. */
function shareOfRanks(hits: Uint32Array, ranks: number): number {
  const pages = Array.from({ length: ranks }, (_, rank) => FIRST + scatteredPage(SEED, rank, WORKING_SET));
  return sum(pages.map((page) => hits[page] as number)) / DRAWS;
}

describe('where the guest writes', () => {
  it('is a permutation of the working set: every rank has a page of its own, in extents of 64', () => {
    for (const pages of [1, 63, 64, 65, 127, 128, 640, 2100]) {
      const places = Array.from({ length: pages }, (_, rank) => scatteredPage(SEED, rank, pages));
      expect([...places].sort((a, b) => a - b)).toEqual(Array.from({ length: pages }, (_, page) => page));
      expect(places.every((place, rank) => place % 64 === rank % 64)).toBe(true);
    }
  });

  it('never leaves the working set', async () => {
    const hits = await hitsOf({ pattern: 'zipf' });
    expect(sum(hits.slice(FIRST, FIRST + WORKING_SET))).toBe(DRAWS);
  });

  it('is every page equally often with uniform', async () => {
    const hits = await hitsOf({ pattern: 'uniform' });
    // A quarter of the pages gets a quarter of the writes; three standard deviations are 0.0065.
    const quarter = sum(hits.slice(FIRST, FIRST + WORKING_SET / 4)) / DRAWS;
    expect(quarter).toBeCloseTo(0.25, 2);
    // 19 writes a page in the mean: a chi-squared sum of 2099 degrees has mean 2099 and deviation 65.
    const mean = DRAWS / WORKING_SET;
    const chi = sum([...hits.slice(FIRST, FIRST + WORKING_SET)].map((count) => (count - mean) ** 2 / mean));
    expect(Math.abs(chi - (WORKING_SET - 1))).toBeLessThan(4 * 65);
  });

  it('is the pages one after the other with sweep', async () => {
    const hits = await hitsOf({ pattern: 'sweep' });
    const counts = [...hits.slice(FIRST, FIRST + WORKING_SET)];
    expect(Math.max(...counts) - Math.min(...counts)).toBe(1);
  });

  it.each([
    [900_000, 100_000],
    [500_000, 20_000],
    [0, 100_000],
    [PPM, 1],
  ])('is hot pages for %i ppm of the writes on %i ppm of the pages', async (hotWritesPpm, hotPagesPpm) => {
    const hits = await hitsOf({ pattern: 'hot-cold', hotWritesPpm, hotPagesPpm });
    const hotPages = Math.max(1, Math.floor((WORKING_SET * hotPagesPpm) / PPM));
    expect(shareOfRanks(hits, hotPages)).toBeCloseTo(hotWritesPpm / PPM, 2);
  });

  it.each([500, 990, 1000, 1500])(
    'is ranks by the bounded Pareto law with exponent %i / 1000',
    async (milli) => {
      const hits = await hitsOf({ pattern: 'zipf', zipfExponentMilli: milli });
      const s = milli / 1000;
      // P(rank < m) = ((m + 1)^(1 - s) - 1) / ((N + 1)^(1 - s) - 1), and ln(m + 1) / ln(N + 1) for s = 1.
      const share = (m: number) =>
        s === 1
          ? Math.log(m + 1) / Math.log(WORKING_SET + 1)
          : ((m + 1) ** (1 - s) - 1) / ((WORKING_SET + 1) ** (1 - s) - 1);
      for (const ranks of [1, 3, 10, 100, 1000])
        expect(shareOfRanks(hits, ranks)).toBeCloseTo(share(ranks), 2);
    },
  );
});
