import { describe, expect, test } from 'vitest';
import { project } from '../../web/model/project.ts';
import { findPreset } from '../../web/scenario/presets/index.ts';
import { knownRun } from '../support/known-run.ts';
import { cancelledInStunRows, completedRows, eventsOf, failedRows, logOf, ms } from './events.ts';

const completed = logOf(completedRows);
const at = (milliseconds: number) => project(completed, ms(milliseconds));

describe('every boundary of a run that arrives', () => {
  // One nanosecond before, and at: an event counts from its own instant on.
  test.each([
    [20, 'checking', 'preparing'],
    [80, 'preparing', 'tracing'],
    [90, 'tracing', 'pre-copy'],
    [290, 'pre-copy', 'pre-copy'],
    [390, 'pre-copy', 'stun'],
    [440, 'stun', 'settling'],
    [480, 'settling', 'completed'],
  ] as const)('at %i ms the stage goes from %s to %s', (milliseconds, before, after) => {
    expect(project(completed, ms(milliseconds) - 1).stage).toBe(before);
    expect(at(milliseconds).stage).toBe(after);
  });

  test.each([
    [289, 0, 1],
    [290, 1, 2],
    [390, 1, 3],
    [500, 1, 3],
  ])('at %i ms it is round %i, and %i rounds are known', (milliseconds, round, rounds) => {
    expect(at(milliseconds)).toMatchObject({ round });
    expect(at(milliseconds).rounds).toHaveLength(rounds);
  });

  test.each([
    [0, 'esx-01', 'esx-01', 'esx-01'],
    [439, 'esx-01', 'esx-01', 'esx-01'],
    [440, 'esx-02', 'esx-02', 'esx-01'],
    [446, 'esx-02', 'esx-02', 'esx-02'],
  ])(
    'at %i ms it runs on %s, the lock is on %s and the switch knows %s',
    (milliseconds, runsOn, lockOn, macOn) => {
      expect(at(milliseconds)).toMatchObject({ runsOn, lockOn, macOn });
    },
  );

  test.each([
    [389, true, 980_000, 0],
    [390, false, 0, 0],
    [415, false, 0, ms(25)],
    [440, true, 1_000_000, ms(50)],
    [480, true, 1_000_000, ms(50)],
  ])(
    'at %i ms running is %s at %i ppm, downtime so far %i ns',
    (milliseconds, running, speedPpm, downtimeNs) => {
      expect(at(milliseconds)).toMatchObject({ running, speedPpm, downtimeNs });
    },
  );

  test('the parts of the downtime fill it without a hole', () => {
    const { downtimeParts } = at(440);
    expect(downtimeParts.map((part) => part.part)).toEqual([
      'stop',
      'bitmap',
      'last-pages',
      'device-state',
      'resume',
    ]);
    expect(
      downtimeParts.reduce((end, part) => (part.startNs === end ? end + part.durationNs : NaN), ms(390)),
    ).toBe(ms(440));
    expect(at(400).downtimeParts.map((part) => part.part)).toEqual(['stop', 'bitmap']);
  });

  test('the gap is open from the stun until the client is answered', () => {
    expect(at(389).gap).toBeNull();
    expect(at(390).gap).toEqual({ fromNs: ms(390), toNs: null });
    expect(at(450).gap).toEqual({ fromNs: ms(390), toNs: ms(450) });
  });

  test('what is left, sent and on the wire', () => {
    expect(at(0)).toMatchObject({ leftPages: 4096, sentPages: 0, bytesPerSecond: 0 });
    expect(at(100)).toMatchObject({ leftPages: 4096, bytesPerSecond: 117_500_000 });
    expect(at(300)).toMatchObject({ leftPages: 512, sentPages: 4096, dirtyBytesPerSecond: 20_000_000 });
    expect(at(480)).toMatchObject({ leftPages: 0, sentPages: 4708, bytesPerSecond: 0, frame: null });
    expect(at(480).wireBytes).toBe(4708 * 4104 + 512 + 8_388_608);
  });

  test('the latest estimate and the first', () => {
    expect(at(19).estimate).toBeNull();
    expect(at(300).estimate?.totalNs).toBe(ms(480));
    expect(at(300).firstEstimate?.totalNs).toBe(ms(500));
    expect(project(completed, 0, { estimate: at(20).estimate }).estimate?.totalNs).toBe(ms(500));
  });

  test('going back says the same as going forward', () => {
    const instants = [0, 20, 90, 290, 390, 405, 440, 450, 480];
    const forward = instants.map(at);
    const again = logOf(completedRows);
    expect([...instants].reverse().map((one) => project(again, ms(one)))).toEqual([...forward].reverse());
  });

  test('a log that grows says at each instant what the whole log says', () => {
    const growing = { ...logOf([]), events: eventsOf([]) };
    for (const event of eventsOf(completedRows)) {
      growing.events.push(event);
      const { client: _, ...moment } = project(growing, event.atNs);
      const { client: __, ...whole } = project(
        { ...completed, events: completed.events.slice(0, event.seq + 1) },
        event.atNs,
      );
      expect(moment).toEqual(whole);
    }
  });
});

describe('runs that do not arrive', () => {
  test('given up: the VM never stopped and everything stays where it was', () => {
    const moment = project(logOf(failedRows), ms(390));
    expect(moment).toMatchObject({
      stage: 'failed',
      failReason: 'no-convergence',
      runsOn: 'esx-01',
      running: true,
      downtimeNs: 0,
    });
    expect(moment.gap).toBeNull();
    expect(moment.rounds.at(-1)).toMatchObject({ done: true, reason: 'no-progress' });
  });

  test('cancelled while it stands still: it resumes on the source', () => {
    const log = logOf(cancelledInStunRows);
    expect(project(log, ms(394))).toMatchObject({ stage: 'stun', running: false });
    expect(project(log, ms(395))).toMatchObject({
      stage: 'settling',
      runsOn: 'esx-01',
      lockOn: 'esx-01',
      running: true,
    });
    expect(project(log, ms(400))).toMatchObject({ stage: 'cancelled', downtimeNs: ms(5), macOn: 'esx-01' });
  });

  test('a migration the log does not have is an error', () => {
    expect(() => project(completed, 0, { migration: 7 })).toThrow(RangeError);
  });
});

describe('against the engine', () => {
  test.each(['database', 'write-storm', 'write-storm-sdps', 'long-distance'])('%s', async (id) => {
    const run = await knownRun(findPreset(id)!.scenario);
    if (!run.ok) throw new Error('the preset runs');
    const log = run.value;
    const report = log.report.migrations[0]!;
    const end = project(log, report.requestedNs + report.totalNs);
    expect(end.stage).toBe(report.outcome);
    expect(end.report).toBe(report);
    expect(end).toMatchObject({
      sentPages: report.pagesSent,
      wireBytes: report.wireBytes,
      downtimeNs: report.downtimeNs,
    });
    expect(end.downtimeParts).toEqual(report.downtimeParts);
    // A request that is still open may have been executed or not: a track that goes on past the end counts it as executed.
    expect({ ...end.client, executed: 0 }).toEqual({ ...report.client, executed: 0 });
    expect(end.client.executed - report.client.executed).toBeLessThanOrEqual(1);
    // At each recorded frame the moment shows that frame's own counts; between two, something in between, and never backwards.
    let sentPages = 0;
    for (const [i, frame] of log.frames.entries()) {
      const later = log.frames[i + 1];
      const moment = project(log, frame.atNs);
      expect(moment.sentPages).toBeGreaterThanOrEqual(sentPages);
      sentPages = moment.sentPages;
      if (later && later.round === frame.round && later.atNs > frame.atNs) {
        expect(moment.leftPages).toBe(frame.toSendPages + frame.writtenPages);
        const between = project(log, Math.floor((frame.atNs + later.atNs) / 2));
        expect(between.cursorPage).toBeGreaterThanOrEqual(Math.min(frame.cursorPage, later.cursorPage));
        expect(between.cursorPage).toBeLessThanOrEqual(Math.max(frame.cursorPage, later.cursorPage));
      }
    }
  });
});
