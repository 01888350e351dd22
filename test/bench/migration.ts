// `npm run bench:migration`: a byte-exact VM of 1 GiB moves through the port of the data plane, in Node and in a Chromium
// worker, next to a plain copy of as many bytes. It says where the time goes, and gates nothing.
import { parseArgs } from 'node:util';
import { buildKernels, buildTwin } from './build.ts';
import { openChromium, openNode, type Host } from './hosts.ts';
import type { MigrationReport } from './migration-engine.ts';
import { Native } from './native.ts';
import { onOneCore } from './pin.ts';
import { median, quantile } from './stats.ts';

const COMPRESSIONS = ['off', 'lz4'] as const;

/** What was set for a migration without compression, as a multiple of the plain copy. */
const GOAL = 4;

const { values: options } = parseArgs({
  options: {
    mib: { type: 'string', default: '1024' },
    rounds: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
  },
});
const bytes = Number(options.mib) * 2 ** 20;
const rounds = Math.max(3, Number(options.rounds));
const say = (text: string) => (options.json ? console.error(text) : console.log(text));

/** A copy between two stretches of memory that were both touched before; undefined where there is no compiler. */
function openCopier(): (() => Promise<number>) | undefined {
  const twin = buildTwin();
  if (!twin) return undefined;
  const native = new Native(twin);
  const ready = native.reset({ from: bytes, to: bytes });
  return async () => {
    await ready;
    return (await native.run('memcpy', 1, ['@from', '@to', bytes])).ns / 1e6;
  };
}

const ms = (value: number) => `${value.toFixed(0)} ms`;

function printParts(reports: readonly MigrationReport[], migrate: number): void {
  const names = Object.keys(reports[0]?.parts ?? {});
  const parts = names.map((name) => [name, median(reports.map(({ parts }) => parts[name] ?? NaN))] as const);
  const known = parts.reduce((sum, [, part]) => sum + part, 0);
  for (const [name, part] of [...parts, ['the rest', migrate - known] as const]) {
    say(
      `    ${name.padEnd(30)} ${ms(part).padStart(8)}  ${((100 * part) / migrate).toFixed(0).padStart(3)} %`,
    );
  }
}

async function measure(
  host: Host,
  compression: 'off' | 'lz4',
  copier: (() => Promise<number>) | undefined,
): Promise<void> {
  // The first migration touches both memories for the first time, which is set-up and no part of a move.
  const first = await host.ask('migrate', { bytes, compression });
  const reports: MigrationReport[] = [];
  const ratios: number[] = [];
  const copies: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const nativeCopy = await copier?.();
    const report = await host.ask('migrate', { bytes, compression });
    if (!report.equal) throw new Error('The two memories differ.');
    const copy = nativeCopy ?? report.copy;
    reports.push(report);
    copies.push(copy);
    ratios.push(report.migrate / copy);
  }
  const middle = (of: (report: MigrationReport) => number) => median(reports.map(of));
  const migrate = middle((report) => report.migrate);
  const ratio = median(ratios);
  const against = copier ? 'memcpy' : 'memory.copy';
  if (options.json) {
    const [p25, p75] = [quantile(ratios, 0.25), quantile(ratios, 0.75)];
    const name = `migration-${compression}`;
    console.log(
      JSON.stringify({
        name,
        engine: host.name,
        against,
        ratio: 1 / ratio,
        p25: 1 / p75,
        p75: 1 / p25,
        rounds,
      }),
    );
  }
  const verdict =
    compression === 'off' ? `, goal at most ${GOAL}: ${ratio <= GOAL ? 'reached' : 'MISSED'}` : '';
  say(
    `${host.name}, compression ${compression}: ${ms(migrate)}, ${ratio.toFixed(2)} times ${against}${verdict}`,
  );
  say(`    ${against} ${ms(median(copies))}; memory.copy in wasm ${ms(middle((report) => report.copy))}`);
  printParts(reports, migrate);
  say(
    `    apart: first fill in this process ${ms(first.fill)}, fill again ${ms(middle(({ fill }) => fill))}, ` +
      `comparing and hashing both memories ${ms(middle(({ verify }) => verify))}`,
  );
  say(`    on the wire ${(middle(({ wireBytes }) => wireBytes) / 2 ** 20).toFixed(0)} MiB`);
}

async function main(): Promise<void> {
  say(
    `A VM of ${options.mib} MiB: a third zero, a third text, a third heap; idle; unlimited link; median of ${rounds}.`,
  );
  const wasm = await buildKernels();
  const openers = [openNode, openChromium];
  for (const open of openers) {
    const [copier, host] = await onOneCore(say, async () => [openCopier(), await open(wasm)] as const);
    if (!copier)
      say('NO NATIVE TWIN: gcc does not build it on this machine; memory.copy stands in for memcpy.');
    for (const compression of COMPRESSIONS) await measure(host, compression, copier);
    await host.close();
  }
}

await main();
process.exit();
