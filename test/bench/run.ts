// `npm run bench`: how fast the kernels are next to native code and to the packages one would use instead. Ratios only, and
// never a test: a machine that is busy with something else must not fail anybody's build.
import { parseArgs } from 'node:util';
import { buildKernels, buildTwin } from './build.ts';
import { measureFrames } from './frame.ts';
import { openChromium, openNode, type Host } from './hosts.ts';
import { compete, prepare, type Row } from './measure.ts';
import { Native } from './native.ts';
import { onOneCore } from './pin.ts';
import { suite, type Measure } from './suite.ts';

/** A measure that spreads more than this was disturbed, and is done once more. */
const MOST_SPREAD = 0.3;

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    page: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '15' },
    only: { type: 'string', default: '' },
    engine: { type: 'string', default: '' },
  },
});

/** Words for people: on stdout, unless that belongs to the JSON lines. */
const say = (text: string) => (options.json ? console.error(text) : console.log(text));

function openNative(): Native | undefined {
  const twin = buildTwin();
  if (!twin) {
    say('NO NATIVE TWIN: gcc does not build it on this machine. Only packages are compared.');
    return undefined;
  }
  if (!twin.withLz4) say('NO LIBLZ4: lz4.h or the library is missing. LZ4 is compared with packages only.');
  return new Native(twin);
}

const two = (value: number) => value.toFixed(2);

function lineOf(row: Row): string {
  const { name, engine, against, ratio, p25, p75, rounds, goal, cases, sizes } = row;
  if (options.json) return JSON.stringify({ name, engine, against, ratio, p25, p75, rounds });
  const parts = [
    name.padEnd(24),
    engine.padEnd(9),
    against.padEnd(9),
    `${two(ratio).padStart(6)}  ${two(p25)} - ${two(p75)}`.padEnd(24),
    goal === undefined ? ''.padEnd(16) : `${ratio >= goal ? 'reached' : 'MISSED '} ${goal}`.padEnd(16),
    Object.keys(cases).length > 1
      ? Object.entries(cases)
          .map(([label, value]) => `${label} ${two(value)}`)
          .join(', ')
      : '',
    sizes ? `block bytes ours / theirs ${(sizes.ours / sizes.theirs).toFixed(4)}` : '',
  ];
  return parts.join(' ').trimEnd();
}

const isCalm = (rows: readonly Row[]) =>
  rows.every(({ p25, p75, ratio }) => p75 - p25 <= MOST_SPREAD * ratio);

async function openHosts(wasm: Uint8Array<ArrayBuffer>): Promise<Host[]> {
  const hosts = [await openNode(wasm)];
  if (options.engine === 'node') return hosts;
  try {
    hosts.push(await openChromium(wasm));
  } catch (error) {
    say(`NO CHROMIUM: ${error instanceof Error ? error.message : String(error)}`);
  }
  return hosts;
}

async function runMeasure(
  measure: Measure,
  hosts: readonly Host[],
  native: Native | undefined,
  rounds: number,
): Promise<void> {
  await prepare(measure, hosts, native);
  for (const host of hosts) {
    if (options.engine !== '' && host.name !== options.engine) continue;
    let rows = await compete(measure, host, native, rounds);
    if (!isCalm(rows)) rows = await compete(measure, host, native, rounds);
    for (const row of rows) console.log(lineOf(row));
  }
}

async function runSuite(): Promise<void> {
  const rounds = Math.max(15, Number(options.rounds));
  say('Ratio = speed of wasm / speed of the other; above 1, wasm is faster.');
  const wasm = await buildKernels();
  const [native, hosts] = await onOneCore(say, async () => [openNative(), await openHosts(wasm)] as const);
  const measures = suite.filter(({ name }) => new RegExp(options.only).test(name));
  try {
    for (const measure of measures) await runMeasure(measure, hosts, native, rounds);
  } finally {
    native?.close();
    for (const host of hosts) await host.close();
  }
}

await (options.page ? measureFrames(options.json) : runSuite());
