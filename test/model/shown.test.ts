import { describe, expect, test } from 'vitest';
import { reservedNotices, shownOf } from '../../web/model/shown-of.ts';
import { EVERYTHING, type Part, type Shown } from '../../web/model/shown.ts';
import { parseQuery } from '../../web/scenario/query.ts';
import { PLAIN_PRESENTATION, PANELS } from '../../web/scenario/presentation.ts';

const presentationOf = (query: string) => ({ ...PLAIN_PRESENTATION, ...parseQuery(query, '').presentation });
const shown = (query: string) => shownOf(presentationOf(query));

test('a bare address shows and allows everything', () => {
  expect(shown('')).toEqual(EVERYTHING);
  expect(EVERYTHING).toMatchObject({
    predictions: true,
    edit: true,
    share: true,
    import: true,
    export: true,
  });
});

describe('each name does what it says, and nothing else', () => {
  const rows: readonly (readonly [string, Partial<Shown>])[] = [
    ['?hint=hide', { predictions: false }],
    ['?editable=0', { edit: false }],
    ['?share=0', { share: false }],
    ['?import=0', { import: false }],
    ['?export=0', { export: false }],
    ['?loop=1', { loop: true }],
    ['?controls=basic', { controls: 'basic' }],
    ['?controls=none', { controls: 'none' }],
  ];
  test.each(rows)('%s', (query, change) => {
    expect(shown(query)).toEqual({ ...EVERYTHING, ...change });
  });
});

describe('panels', () => {
  const rows: readonly (readonly [string, readonly Part[]])[] = [
    ['timeline', ['timeline']],
    ['rounds', ['rounds']],
    ['pages', ['stage']],
    ['hosts,pages', ['stage']],
    ['downtime', ['client']],
    ['events,table', ['feed', 'figures']],
    ['bandwidth,rounds', ['rounds']],
  ];
  test.each(rows)('%s', (names, parts) => {
    expect([...shown(`?panels=${names}`).parts].sort()).toEqual([...parts].sort());
  });

  test('a name that is only reserved leaves the page as it is, and the page says so', () => {
    expect(shown('?panels=bandwidth').parts).toEqual(EVERYTHING.parts);
    expect(reservedNotices(presentationOf('?panels=bandwidth,rounds'))).toHaveLength(1);
  });

  test('every name is a part or reserved', () => {
    for (const panel of PANELS) {
      const notices = reservedNotices(presentationOf(`?panels=${panel}`));
      expect(notices.length).toBe(panel === 'bandwidth' ? 1 : 0);
    }
  });
});

test('names without a meaning yet are said to be reserved', () => {
  expect(reservedNotices(presentationOf('?lang=de'))).toHaveLength(1);
  expect(reservedNotices(presentationOf('?lang=en-GB'))).toEqual([]);
  expect(reservedNotices(presentationOf('?debug=1'))).toHaveLength(1);
  expect(reservedNotices(presentationOf(''))).toEqual([]);
});
