import { describe, expect, it, test } from 'vitest';
import { SCENARIOS } from '../../web/scenario/presets/scenarios.ts';
import {
  decisionLines,
  differenceRows,
  differenceSentence,
  endText,
  largestDifference,
  predictionRows,
  remedyPrice,
  remedyText,
  whyText,
} from '../../web/model/compare-words.ts';
import { Comparison, type EngineRun } from '../../web/model/comparison.svelte.ts';
import {
  engineName,
  enginesText,
  FIRST_ENGINES,
  readEngines,
  withScenario,
  type EngineChoice,
} from '../../web/model/engine-choice.ts';
import type { CompareJob } from '../../web/sim/compare/jobs.ts';
import { compareJobs } from '../../web/sim/compare/jobs.ts';
import type { RunCompare } from '../../web/worker/protocol.ts';

/** Runs in the same thread, and notes what was asked for. */
function runner() {
  const asked: CompareJob[][] = [];
  const run: RunCompare = async (request, onMessage, signal) => {
    asked.push([...request.jobs]);
    for (const message of compareJobs(request)) {
      signal.throwIfAborted();
      onMessage(message);
    }
  };
  return { asked, load: () => Promise.resolve(run) };
}

const some: readonly EngineChoice[] = [
  { engine: 'esxi-8', parameters: {} },
  { engine: 'qemu-9.2', parameters: { 'auto-converge': true, 'max-bandwidth': 0 } },
  { engine: 'ovirt', parameters: { policy: 'Post-copy migration' } },
];

describe('engines in an address', () => {
  it('come back as they were', () => {
    expect(enginesText(some)).toBe(
      'esxi-8,qemu-9.2:auto-converge:true:max-bandwidth:0,ovirt:policy:Post-copy%20migration',
    );
    expect(readEngines(enginesText(some))).toEqual({ choices: some, notices: [] });
  });

  it('are told by name where they are unknown or wrong, and the others stand', () => {
    const { choices, notices } = readEngines('xen:sdps:true,vmware,qemu-9.2:downtime-limit:soon,esxi-8');
    expect(choices.map((one) => one.engine)).toEqual(['xen', 'qemu-9.2', 'esxi-8']);
    expect(choices.every((one) => Object.keys(one.parameters).length === 0)).toBe(true);
    expect(notices[0]).toMatch(/^Xen 4 has no parameter "sdps"/);
    expect(notices[1]).toMatch(/^There is no engine "vmware"; there are esxi-8, /);
    expect(notices[2]).toMatch(/^downtime-limit takes a number/);
    expect(readEngines('xen').choices).toEqual(FIRST_ENGINES);
    expect(readEngines(Array(9).fill('xen').join()).choices).toHaveLength(8);
    expect(readEngines('%E0%A4%A,esxi-8:sdps').notices[0]).toMatch(/^There is no engine/);
  });

  it('take from the scenario what it says of ESXi', () => {
    const storm = SCENARIOS['write-storm'];
    expect(withScenario({ engine: 'esxi-8', parameters: {} }, storm)['sdps']).toBe(false);
    expect(withScenario({ engine: 'esxi-8', parameters: { sdps: true } }, storm)['sdps']).toBe(true);
    expect(withScenario({ engine: 'xen', parameters: {} }, storm)).toEqual({});
  });
});

describe('a comparison', () => {
  it('runs what is missing and nothing twice', async () => {
    const { asked, load } = runner();
    const comparison = new Comparison(SCENARIOS['classic'], FIRST_ENGINES, load);
    expect(comparison.stale).toBe(true);
    await comparison.compute();
    expect(comparison.stale).toBe(false);
    expect(comparison.runs.map((run) => run?.profile)).toEqual(FIRST_ENGINES.map((one) => one.engine));
    expect(comparison.predictions.map((one) => one.id)).toContain('mvm');
    comparison.add('hyper-v');
    comparison.setParameter(2, 'max_iterations', 2);
    await comparison.compute();
    expect(asked.map((jobs) => jobs.map((job) => job.engine))).toEqual([
      ['esxi-8', 'qemu-9.2', 'xen', 'cloud-hypervisor'],
      ['xen', 'hyper-v'],
    ]);
    comparison.setParameter(2, 'max_iterations', undefined);
    expect(comparison.stale).toBe(false);
    for (let at = 0; at < 6; at++) comparison.remove(0);
    expect(comparison.choices).toHaveLength(2);
  });

  it('stops when it is told to, and says what broke', async () => {
    const { load } = runner();
    const comparison = new Comparison(SCENARIOS['classic'], FIRST_ENGINES, load);
    const under = comparison.compute();
    comparison.stop();
    await under;
    expect([comparison.computing, comparison.failure, comparison.stale]).toEqual([false, '', true]);
    const broken = new Comparison(SCENARIOS['classic'], FIRST_ENGINES, () =>
      Promise.reject(new Error('no thread')),
    );
    await broken.compute();
    expect(broken.failure).toMatch(/no thread/);
  });

  it('has nothing to compute where no VM moves over a vMotion network', async () => {
    const { asked, load } = runner();
    const comparison = new Comparison({ ...SCENARIOS['classic'], actions: [] }, FIRST_ENGINES, load);
    await comparison.compute();
    expect([comparison.link, asked]).toEqual([null, []]);
  });
});

const names = ['esxi-8', 'qemu-9.2', 'esx-4', 'xen'];
const storm = new Comparison(
  SCENARIOS['write-storm'],
  names.map((engine) => ({ engine, parameters: {} })),
  runner().load,
);
await storm.compute();
await storm.ask(0);
const runs = storm.runs as readonly EngineRun[];

test('words: how each ended, what tells them apart, why one does not end', () => {
  expect(runs.map(endText)).toEqual(['gave up', 'still copying after 5 min', 'moved', 'moved']);
  const sentence = differenceSentence(largestDifference(runs), names.map(engineName));
  expect(sentence).toMatch(
    /^ESXi 8 does not end: \d+ MB\/s get dirty while 118 MB\/s are sent, so never less than 16\d MB are left; ESX 4 moves the guest first and fetches 16\d MB afterwards\.$/,
  );
  expect(whyText(runs[0]!)).toMatch(/gained less than a tenth\. Give up; the guest stays\.$/);
  const rows = differenceRows(runs);
  const row = (key: string) => rows.find((one) => one.key === key)!.cells.map((one) => one.text);
  expect(row('total').slice(0, 2)).toEqual(['–', '–']);
  expect(row('after')[2]).toMatch(/ remote faults$/);
  expect(decisionLines(runs[3]!)).toHaveLength(5);
  expect(predictionRows(storm.predictions, runs[3]!)[0]!.total.predicted).toBe('never ends');
});

test('what would help was computed, the least change of each kind', () => {
  const said = storm.tried.map((one) => [one.remedy.kind, one.run.outcome]);
  expect(said).toEqual([
    ['sdps', 'completed'],
    ['post-copy', 'completed'],
    ['bandwidth', 'completed'],
    ['smaller-set', 'completed'],
  ]);
  expect(remedyText(storm.tried[2]!.remedy).value).toBe('235 MB/s of pages');
  expect(remedyPrice(storm.tried[0]!.run)).toMatch(/^guest at down to 41\.\d % for 5\.\d\d s$/);
});
