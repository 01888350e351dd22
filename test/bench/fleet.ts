// `npm run bench:fleet`: half of a cluster is emptied onto the other half, in expectation and page by page, next to SimGrid's model of the
// same datacenter, which is compiled where its library is installed. Ratios of the same run; it gates nothing.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { GIB } from '../../web/base/units.ts';
import { Fleet } from '../../web/sim/fleet/fleet.ts';
import type { FleetReport } from '../../web/sim/fleet/fleet-log.ts';
import { driveFleet } from '../../web/worker/drive-fleet.ts';
import { startThreads } from '../../web/worker/headless-threads.ts';
import { MoverHost, type MoverThread } from '../../web/worker/mover-host.ts';
import { instantiateKernels } from '../../web/worker/wasm.ts';
import { WasmDataPlane } from '../../web/worker/wasm-data-plane.ts';
import { BENCH_EVACUATION, evacuation, type Evacuation } from '../support/evacuation.ts';
import { fromRoot } from '../support/root.ts';
import { median } from './stats.ts';

const WASM = fromRoot('assembly/build/vmotion.wasm');
const YARDSTICK = fromRoot('test/bench/native/build/yardstick');

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '7' },
    'exact-rounds': { type: 'string', default: '3' },
    /** Runs this one once and prints the most memory it took, in MiB. */
    memory: { type: 'string', default: '' },
  },
});
const rounds = Math.max(3, Number(options.rounds));
const exactRounds = Math.max(1, Number(options['exact-rounds']));
const say = (text: string) => (options.json ? console.error(text) : console.log(text));

interface Took {
  readonly seconds: number;
  readonly report: FleetReport;
}

/** Progress on the terminal, where one is watching. */
function progress(done: number, asked: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${asked} VMs moved `);
}

async function run(size: Evacuation, threads: readonly MoverThread[]): Promise<Took> {
  const scenario = evacuation(size);
  const fromMs = performance.now();
  const result = await driveFleet(new Fleet(scenario), threads, {
    onBatch: ({ done, asked }) => progress(done, asked),
    isStopped: () => false,
  });
  const seconds = (performance.now() - fromMs) / 1e3;
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  if (!result.ok) throw new Error(result.error.map(({ message }) => message).join('\n'));
  if (result.value.completed !== (size.hosts / 2) * size.vmsPerHost)
    throw new Error('a VM was left where it was');
  return { seconds, report: result.value };
}

const here = async () => [
  new MoverHost(new WasmDataPlane(await instantiateKernels(readFileSync(WASM)))) as MoverThread,
];

/** Undefined where SimGrid is not installed. */
function openYardstick(): (() => { wallSeconds: number; makespanSeconds: number }) | undefined {
  mkdirSync(fromRoot('test/bench/native/build'), { recursive: true });
  const source = fromRoot('test/bench/native/yardstick.cpp');
  const built = spawnSync('g++', ['-O2', '-std=c++17', source, '-o', YARDSTICK, '-lsimgrid'], {
    stdio: 'ignore',
  });
  if (built.status !== 0) return undefined;
  const { hosts, vmsPerHost, memoryBytes, nicBytesPerSecond, writePercent } = BENCH_EVACUATION;
  const args = [hosts, vmsPerHost, memoryBytes / GIB, (nicBytesPerSecond * 8) / 1e9, writePercent, 8];
  return () =>
    JSON.parse(
      execFileSync(YARDSTICK, [...args.map(String), '--log=root.thres:error'], { encoding: 'utf8' }),
    );
}

function tell(name: string, value: number, goal: string, reached: boolean, detail: string): void {
  if (options.json) console.log(JSON.stringify({ name, value, goal, reached }));
  else
    say(
      `${name.padEnd(38)} ${value.toFixed(2).padStart(7)}  ${reached ? 'reached' : 'MISSED '} ${goal.padEnd(8)} ${detail}`,
    );
}

const seconds = (ns: number) => `${(ns / 1e9).toFixed(1)} s`;

async function main(): Promise<void> {
  const yardstick = openYardstick();
  if (!yardstick) say('NO YARDSTICK: libsimgrid-dev or g++ is missing. Ratios to SimGrid are left out.');
  const own = await here();
  const expected = BENCH_EVACUATION;
  const exact: Evacuation = { ...expected, fidelity: 'page-exact' };

  // Engines compile what runs often; the first runs are for that.
  for (let warm = 0; warm < 8; warm++) await run(expected, own);
  const pairs: { ours: Took; theirs: number; makespan: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const ours = await run(expected, own);
    const theirs = yardstick?.();
    pairs.push({ ours, theirs: theirs?.wallSeconds ?? NaN, makespan: theirs?.makespanSeconds ?? NaN });
  }
  const simgrid = median(pairs.map(({ theirs }) => theirs));
  const ours = median(pairs.map((pair) => pair.ours.seconds));
  const { report } = pairs[0]!.ours;
  say(
    `expected: ${report.completed} VMs, makespan ${seconds(report.makespanNs)}, longest stun ${(report.longestDowntimeNs / 1e6).toFixed(0)} ms; computed in ${(ours * 1e3).toFixed(0)} ms`,
  );
  if (yardstick) {
    say(`SimGrid: makespan ${pairs[0]!.makespan.toFixed(1)} s; computed in ${(simgrid * 1e3).toFixed(0)} ms`);
    const ratio = median(pairs.map((pair) => pair.ours.seconds / pair.theirs));
    tell('expected / SimGrid, time', ratio, '<= 1', ratio <= 1, '');
  }

  await run(exact, own);
  const exactRuns: { took: Took; ratio: number }[] = [];
  for (let round = 0; round < exactRounds; round++) {
    const took = await run(exact, own);
    exactRuns.push({ took, ratio: took.seconds / (yardstick?.().wallSeconds ?? NaN) });
  }
  const exactSeconds = median(exactRuns.map(({ took }) => took.seconds));
  const { took } = exactRuns[0]!;
  say(
    `page-exact: makespan ${seconds(took.report.makespanNs)}, longest stun ${(took.report.longestDowntimeNs / 1e6).toFixed(0)} ms; computed in ${exactSeconds.toFixed(2)} s on one thread`,
  );
  if (yardstick) {
    const ratio = median(exactRuns.map((one) => one.ratio));
    tell('page-exact / SimGrid, time', ratio, '<= 20', ratio <= 20, '');
  }

  // The build finds its folders from where it lies, so it is not bundled.
  const build = pathToFileURL(fromRoot('web/tools/build.js')).href;
  const { buildForNode } = (await import(/* @vite-ignore */ build)) as {
    buildForNode(entry: string): Promise<string>;
  };
  const program = await buildForNode('web/worker/headless-mover.ts');
  const pool = startThreads(1, program, WASM);
  const speedUps: number[] = [];
  try {
    const two = [...pool.threads, ...own];
    for (let warm = 0; warm < 4; warm++) await run(exact, two);
    for (let round = 0; round < Math.max(5, exactRounds); round++)
      speedUps.push((await run(exact, own)).seconds / (await run(exact, two)).seconds);
  } finally {
    await pool.end();
  }
  const speedUp = median(speedUps);
  tell('two threads / one, speed', speedUp, '>= 1.5', speedUp >= 1.5, 'page-exact, on an idle machine');

  const many = { ...expected, vmsPerHost: 10 * expected.vmsPerHost };
  const more: number[] = [];
  for (let round = 0; round < 3; round++) {
    const one = await run(expected, own);
    const ten = await run(many, own);
    more.push(ten.seconds / one.seconds);
    if (round === 0) say(`expected, ten times the VMs: makespan ${seconds(ten.report.makespanNs)}`);
  }
  const growth = median(more);
  tell('ten times the VMs / as many, time', growth, '<= 12', growth <= 12, '');
  const mib = Math.max(...['page-exact', 'ten-times'].map(memoryOf));
  tell('memory, MiB', mib, '< 1024', mib < 1024, 'the process of one run, page-exact or ten times the VMs');
}

/** In a process of its own, because memory that a run has touched stays. */
function memoryOf(which: string): number {
  return Number(execFileSync(process.execPath, [process.argv[1]!, '--memory', which], { encoding: 'utf8' }));
}

async function onlyMemory(which: string): Promise<void> {
  const isExact = which === 'page-exact';
  const vmsPerHost = BENCH_EVACUATION.vmsPerHost * (isExact ? 1 : 10);
  const fidelity = isExact ? 'page-exact' : 'expected';
  await run({ ...BENCH_EVACUATION, vmsPerHost, fidelity }, await here());
  console.log(process.resourceUsage().maxRSS / 1024);
}

await (options.memory ? onlyMemory(options.memory) : main());
