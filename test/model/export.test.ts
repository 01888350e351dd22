import { expect, test } from 'vitest';
import { cell, eventsCsv, exportName, logText, runJson } from '../../web/model/export.ts';
import { completedRows, logOf } from './events.ts';

const log = logOf(completedRows);

test.each([
  ['=1+1', `"'=1+1"`],
  ['+49', `"'+49"`],
  ['-2', `"'-2"`],
  ['@sum', `"'@sum"`],
  ['\tx', `"'\tx"`],
  ['a,b', '"a,b"'],
  ['say "no"', '"say ""no"""'],
  ['plain', 'plain'],
])('the text %j is written as %s', (text, written) => expect(cell(text)).toBe(written));

test('a negative number stays a number', () => expect(cell(-1)).toBe('-1'));

test('one row an event, and as many columns everywhere', () => {
  const lines = eventsCsv(log).trimEnd().split('\r\n');
  expect(lines).toHaveLength(completedRows.length + 1);
  expect(lines[0]).toBe('seq,at_ns,clock,vm,code,numbers,sentence');
  expect(lines[1]).toMatch(/^0,0,0:00\.000,db-01,requested,/);
});

test('the log as text begins with its title and says every event', () => {
  const lines = logText(log).trimEnd().split('\n');
  expect(lines[0]).toBe('Busy database');
  expect(lines).toHaveLength(completedRows.length + 1);
});

test('the run as JSON holds the scenario and the events', () => {
  const parsed = JSON.parse(runJson(log)) as { scenario: object; events: object[] };
  expect(parsed.scenario).toEqual(log.scenario);
  expect(parsed.events).toHaveLength(completedRows.length);
});

test('the name of a file', () => expect(exportName(log, 'rounds', 'csv')).toBe('busy-database-rounds.csv'));
