/**
 * `npm run --silent faults -- --runs N --seed S [--json]`: random schedules of faults against the properties that must hold whatever
 * fails. Seeds count up from S; a violation replays with `--runs 1 --seed <seed>`. Exit code 1 where there is one.
 */
import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { NS_PER_SECOND } from '../base/units.ts';
import { runFaults } from '../sim/faults/run.ts';
import { instantiateKernels } from './wasm.ts';
import { WasmDataPlane } from './wasm-data-plane.ts';

const WASM = 'assembly/build/vmotion.wasm';
const MOST_SEED = 2 ** 32 - 1;

interface Found {
  readonly seed: number;
  readonly property: string;
  /** Seconds of virtual time. */
  readonly at: number;
}

function numberOf(text: string, name: string, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value <= most) return value;
  throw new Error(`--${name} is a whole number from 0 to ${most}, not "${text}".`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '1000' },
      seed: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
    },
  });
  const runs = numberOf(values.runs, 'runs', 10_000_000);
  const first = numberOf(values.seed, 'seed', MOST_SEED);
  const file = [WASM, `../../../${WASM}`]
    .map((path) => new URL(path, import.meta.url))
    .find((url) => existsSync(url));
  const plane = new WasmDataPlane(await instantiateKernels(readFileSync(file ?? WASM)));
  const violations: Found[] = [];
  let faults = 0;
  for (let nth = 0; nth < runs; nth++) {
    const seed = (first + nth) % (MOST_SEED + 1);
    const run = runFaults(seed, plane);
    faults += run.faults;
    for (const { property, atNs } of run.violations)
      violations.push({ seed, property, at: atNs / NS_PER_SECOND });
    if (process.stderr.isTTY && nth % 100 === 0) process.stderr.write(`\r${nth} of ${runs}`);
  }
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  if (values.json) say(JSON.stringify({ runs, faults, violations }));
  else report(runs, first, faults, violations);
  if (violations.length > 0) process.exitCode = 1;
}

const say = (line: string) => void process.stdout.write(`${line}\n`);

function report(runs: number, first: number, faults: number, violations: readonly Found[]): void {
  say(`${runs} schedules from seed ${first}, ${faults} faults: ${violations.length} violations.`);
  for (const { seed, property, at } of violations)
    say(`  seed ${seed}: ${property} at ${at} s; again: npm run faults -- --runs 1 --seed ${seed}`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
});
