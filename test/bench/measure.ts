// One measure in one engine: prepares the same bytes on all sides, checks that all sides compute the same, and lets them
// take turns.
import type { Host } from './hosts.ts';
import type { Native } from './native.ts';
import { geometricMean, median, summarize, type Summary } from './stats.ts';
import type { Against, Case, Measure, Other, Timed } from './suite.ts';

/** Shorter rounds would be measured by the scheduler and not by the clock. */
const LEAST_ROUND_NS = 20e6;

/** Calls before the first measured round: engines compile hot wasm again, on another thread, while it runs. */
const WARM_UP_CALLS = 6;
const WARM_UP_PAUSE_MS = 60;

export interface Row extends Summary {
  readonly name: string;
  readonly engine: Host['name'];
  readonly against: Against;
  readonly goal: number | undefined;
  /** Median of each case alone. */
  readonly cases: Readonly<Record<string, number>>;
  /** Bytes of the compressed pages, ours and theirs, where there are such. */
  readonly sizes: { readonly ours: number; readonly theirs: number } | undefined;
}

interface Side {
  run(reps: number): Promise<Timed>;
  /** What all sides agree on once a round has run. */
  check(sum: string): Promise<string>;
  reps: number;
}

/** The same bytes on the native side, which gets them from the process that prepares data. */
export async function prepare(measure: Measure, hosts: readonly Host[], native: Native | undefined) {
  for (const host of hosts) {
    await host.ask('reset', measure.buffers);
    await host.ask('prepare', measure.prepare);
  }
  await native?.reset(measure.buffers);
  const [data] = hosts;
  if (!native || !data) return;
  for (const [name, bytes] of Object.entries(measure.buffers)) {
    await native.load(name, await data.ask('bytesOf', name, bytes));
  }
  // A hundred megabytes through the page's messages would take longer than the bench: hashes tell whether they are the same.
  for (const host of hosts) {
    for (const [name, bytes] of Object.entries(measure.buffers)) {
      agree(`${measure.name}: ${name}`, await native.hash(name, bytes), await host.ask('hash', name, bytes));
    }
  }
}

function agree(what: string, expected: string, found: string): void {
  if (expected !== found) throw new Error(`${what}: ${found} is not ${expected}`);
}

function wasmSide(host: Host, one: Case, round: string): Side {
  const [name, bytes] = one.result ?? [undefined, 0];
  return {
    run: (reps) => host.ask('run', round, reps, one.args, one.restore),
    async check(sum) {
      if (one.decode) await host.ask('run', 'roundDecompress', 1, one.decode);
      return `${sum} ${name === undefined ? '' : await host.ask('hash', name, bytes)}`;
    },
    reps: 1,
  };
}

function nativeSide(native: Native, one: Case, round: string): Side {
  const [name, bytes] = one.result ?? [undefined, 0];
  return {
    run: (reps) => native.run(round, reps, one.args, one.restore),
    async check(sum) {
      if (one.decode) await native.run('decompress', 1, one.decode);
      return `${sum} ${name === undefined ? '' : await native.hash(name, bytes)}`;
    },
    reps: 1,
  };
}

/** A package's result is compared with the pages themselves: it has no sum in common with the kernels. */
function rivalSide(host: Host, one: Case, rival: string, ownSum: string): Side {
  return {
    run: (reps) => host.ask('rival', rival, one.pages ?? 0, reps),
    check: async (sum) => `${ownSum} ${sum}`,
    reps: 1,
  };
}

/** Finds how often a side repeats its work to fill a round, which also warms it up. */
async function calibrate(side: Side): Promise<string> {
  let last = await side.run(1);
  for (let call = 0; call < WARM_UP_CALLS; call++) last = await side.run(1);
  await new Promise((resolve) => setTimeout(resolve, WARM_UP_PAUSE_MS));
  for (last = await side.run(side.reps); last.ns < LEAST_ROUND_NS; last = await side.run(side.reps)) {
    const wanted = Math.ceil((side.reps * LEAST_ROUND_NS * 1.1) / Math.max(last.ns, 1e5));
    side.reps = Math.max(side.reps + 1, Math.min(wanted, side.reps * 50));
  }
  return last.sum;
}

async function sideOf(other: Other, one: Case, host: Host, native: Native | undefined, ownSum: string) {
  if (other.wasm !== undefined) return wasmSide(host, one, other.wasm);
  if (other.rival !== undefined) return rivalSide(host, one, other.rival, ownSum);
  if (!native || other.native === undefined) return undefined;
  if (other.against === 'liblz4' && !native.twin.withLz4) return undefined;
  return nativeSide(native, one, other.native);
}

interface Contest {
  readonly one: Case;
  readonly own: Side;
  readonly others: ReadonlyMap<Other, Side>;
}

/** All sides of a case, warm, calibrated and agreeing. */
async function openContest(
  measure: Measure,
  one: Case,
  host: Host,
  native: Native | undefined,
): Promise<Contest> {
  const own = wasmSide(host, one, one.round);
  const sum = await calibrate(own);
  const expected = await own.check(sum);
  const others = new Map<Other, Side>();
  for (const other of measure.others) {
    const side = await sideOf(other, one, host, native, sum);
    if (!side) continue;
    const found = await side.check(await calibrate(side));
    agree(`${measure.name} (${one.label}) against ${other.against} in ${host.name}`, expected, found);
    others.set(other, side);
  }
  return { one, own, others };
}

/** Bytes that both compressors made of the same pages, because speed alone could be had by compressing less. */
async function sizesOf(measure: Measure, other: Other, host: Host, native: Native | undefined) {
  if (!measure.name.startsWith('lz4-compress') || other.against !== 'liblz4' || !native) return undefined;
  const count = (measure.buffers['lengths'] ?? 0) / 4;
  const { sum } = await host.ask('run', 'sumOf', count, ['@lengths']);
  return { ours: Number(BigInt(`0x${sum}`)), theirs: await native.sum('lengths', count) };
}

/** Time of one repetition. */
const perRepetition = async (side: Side) => (await side.run(side.reps)).ns / side.reps;

/** The ratio of each case in one round: the kernel runs, then the other. */
async function roundOf(contests: readonly Contest[], other: Other): Promise<number[]> {
  const ratios: number[] = [];
  for (const { own, others } of contests) {
    const side = others.get(other);
    if (!side) continue;
    const ownNs = await perRepetition(own);
    ratios.push((await perRepetition(side)) / ownNs);
  }
  return ratios;
}

/**
 * Rounds in which every case runs on both sides once; the ratio of a round is the mean over the cases. One rival after the other
 * has all its rounds: what the packages leave to the garbage collector must not fall into a native round.
 */
export async function compete(
  measure: Measure,
  host: Host,
  native: Native | undefined,
  rounds: number,
): Promise<Row[]> {
  const contests: Contest[] = [];
  for (const one of measure.cases) contests.push(await openContest(measure, one, host, native));
  const rows: Row[] = [];
  for (const other of measure.others) {
    if (!contests.every(({ others }) => others.has(other))) continue;
    const list: number[][] = [];
    for (let round = 0; round < rounds; round++) list.push(await roundOf(contests, other));
    rows.push({
      name: measure.name,
      engine: host.name,
      against: other.against,
      ...summarize(list.map(geometricMean)),
      goal: measure.goals[other.against],
      cases: Object.fromEntries(
        measure.cases.map(({ label }, index) => [label, median(list.map((row) => row[index] ?? NaN))]),
      ),
      sizes: await sizesOf(measure, other, host, native),
    });
  }
  return rows;
}
