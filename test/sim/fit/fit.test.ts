import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OwnMigration } from '../../../web/model/own-migration.svelte.ts';
import { EXAMPLE_LOGS } from '../../../web/model/own-examples.ts';
import { compareJobs } from '../../../web/sim/compare/jobs.ts';
import type { RunCompare } from '../../../web/worker/protocol.ts';
import { once } from '../../support/known-run.ts';

/** On this thread: what a worker does, message by message. */
const here: RunCompare = async (request, onMessage) => {
  for (const message of compareJobs(request)) onMessage(message);
};

async function explained(text: string, limitMs = 300): Promise<OwnMigration> {
  const own = new OwnMigration(async () => here);
  own.text = text;
  own.limitMs = limitMs;
  await own.explain();
  return own;
}
/** The examples, each explained once for all tests that look at what came out. */
const ofExample = EXAMPLE_LOGS.map(({ text }) => once(() => explained(text)));
const errorOf = (own: OwnMigration, name: string) => own.remaining.find((one) => one.name === name)!.error!;

interface Run {
  readonly id: string;
  readonly repeat: number;
  readonly kind: string;
  readonly qemu: string;
  readonly flags?: readonly string[];
  readonly config: { readonly mem_mib: number };
  readonly parameters: Readonly<Record<string, number>>;
  readonly measured: Readonly<Record<string, number | string>>;
}
/** What the tool would have answered at the end of a measured run. */
function logOf({ measured, config }: Run): string {
  const total = (config.mem_mib + 0.5) * 1_048_576;
  return JSON.stringify({
    ...{
      status: 'completed',
      'total-time': measured.total_ms,
      downtime: measured.downtime_ms,
      'setup-time': 0,
    },
    ram: {
      ...{ total, 'page-size': 4_096, remaining: 0, transferred: measured.transferred },
      ...{ duplicate: measured.duplicate, 'dirty-sync-count': measured.syncs },
    },
  });
}

describe('a measured migration of real QEMU', () => {
  const file = join(import.meta.dirname, '..', 'qemu', 'runs.jsonl');
  const runs = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Run)
    .filter((run) => run.repeat === 1 && !run.flags?.length && run.measured.outcome === 'completed')
    .filter(({ id }) => ['idle-01', 'random-01', 'hotcold-01', 'link-01'].includes(id));

  it('is explained by a run whose time and bytes are within 3 %', async () => {
    expect(runs).toHaveLength(4);
    for (const run of runs) {
      const own = await explained(logOf(run), run.parameters['downtime-limit']);
      for (const name of ['total time', 'transferred']) {
        const error = Math.abs(errorOf(own, name));
        expect([run.id, name, error < 0.03 ? 'near' : error]).toEqual([run.id, name, 'near']);
      }
    }
  }, 60_000);
});

describe('a simulated run written down as polls', () => {
  it('is explained within a twentieth', async () => {
    const own = await ofExample[0]!();
    const first = own.best!;
    const polls = first.run.samples
      .filter((_, at) => at % 2 === 0)
      .map(({ tNs, remainingBytes }) => ({
        ...{ status: 'active', 'total-time': tNs / 1e6 },
        ram: { total: own.measured!.memoryBytes, remaining: remainingBytes, 'page-size': 4_096 },
      }));
    const last = {
      ...{ status: 'completed', 'total-time': first.outcome.totalMs, downtime: first.outcome.downtimeMs },
      ram: {
        ...{ total: own.measured!.memoryBytes, remaining: 0, transferred: first.outcome.transferredBytes },
        ...{
          'page-size': 4_096,
          duplicate: own.measured!.zeroPages,
          'dirty-sync-count': first.outcome.syncs,
        },
      },
    };
    const again = await explained([...polls, last].map((one) => JSON.stringify(one)).join('\n'));
    expect(again.best!.error).toBeLessThan(0.05);
  });
});

describe('the examples', () => {
  it.each(EXAMPLE_LOGS.map(({ name }, at) => [name, at] as const))(
    '%s is explained: less than a tenth remains, less than a sixth where only iterations are told',
    async (name, at) => {
      const own = await ofExample[at]!();
      expect(own.problems).toEqual([]);
      expect(own.best!.error).toBeLessThan(name === 'Cloud Hypervisor' ? 1 / 6 : 0.1);
      expect(Math.abs(errorOf(own, 'total time'))).toBeLessThan(0.1);
    },
  );

  it('the same log gives the same run', async () => {
    const [a, b] = [await ofExample[1]!(), await explained(EXAMPLE_LOGS[1]!.text)];
    expect(a.best!.fitted).toEqual(b.best!.fitted);
    expect(a.best!.run.totalNs).toBe(b.best!.run.totalNs);
  });
});

describe('when it cannot be', () => {
  it('says why, and another log can be taken', async () => {
    const own = new OwnMigration(() => Promise.reject(new Error('no thread')));
    own.text = 'nonsense';
    expect(own.problems[0]!.message).toContain('none of the three');
    await own.explain();
    expect(own.progress).toBeNull();
    own.text = EXAMPLE_LOGS[0]!.text;
    expect(own.problems).toEqual([]);
    await own.explain();
    expect(own.problems[0]!.message).toBe('The fit broke off: no thread');
    own.text = EXAMPLE_LOGS[1]!.text;
    expect(own.problems).toEqual([]);
  });
});
