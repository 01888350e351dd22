import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalText } from '../../web/scenario/canonical.ts';
import { checksum, crc32, fromBase64Url, inflateText, toBase64Url } from '../../web/scenario/codec.ts';
import {
  decodeLink,
  encodeLink,
  hasLink,
  LINK_ERRORS,
  linkSize,
  readLink,
  sealPayload,
} from '../../web/scenario/link.ts';
import { PRESETS } from '../../web/scenario/presets/index.ts';
import { expectGolden } from '../support/golden.ts';
import { surveyMutations } from './mutations.ts';
import { anyScenario, goldenScenarios, preset, smallest, valid } from './scenarios.ts';

const seal = (content: unknown) =>
  `#s=${sealPayload(typeof content === 'string' ? content : JSON.stringify(content))}`;
const sealText = (payload: string) => `#s=1.${payload}.${checksum(payload)}`;
const errorsOf = (hash: string) => {
  const result = readLink(hash);
  return result.ok ? [] : result.error.map((one) => (one.path ? `${one.code} ${one.path}` : one.code));
};
const linkOf = (scenario: Parameters<typeof encodeLink>[0]) => {
  const link = encodeLink(scenario);
  if (!link.ok) throw new Error(JSON.stringify(link.error));
  return link.value;
};

describe('golden links', () => {
  const name = 'links.json';

  it('are made the same everywhere and after every update', () => {
    const made = goldenScenarios().map(([title, scenario]) => {
      const link = encodeLink(scenario);
      return {
        title,
        digest: crc32(escape(canonicalText(scenario))),
        link: link.ok ? link.value : link.error[0]?.code,
      };
    });
    expect(made).toHaveLength(20);
    expectGolden(name, `${JSON.stringify(made, null, 2)}\n`);
  });

  it('that were published once still open to what they were made from', () => {
    const text = readFileSync(join(import.meta.dirname, '..', 'golden', name), 'utf8');
    for (const { title, digest, link } of JSON.parse(text) as {
      title: string;
      digest: number;
      link: string;
    }[]) {
      const decoded = decodeLink(link);
      expect(decoded.ok ? crc32(escape(canonicalText(decoded.value))) : decoded.error, title).toBe(digest);
    }
  });
});

/** ASCII, so that a checksum of characters is one of bytes. */
function escape(text: string): string {
  return text.replace(/[^ -~]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

describe('a link', () => {
  it('gives back any scenario, uses safe characters only, and is the same for the same scenario', () => {
    fc.assert(
      fc.property(anyScenario, (scenario) => {
        const link = linkOf(scenario);
        expect(link).toMatch(/^#[A-Za-z0-9._=&-]+$/);
        expect(link).toMatch(/[A-Za-z0-9]$/);
        const back = decodeLink(link);
        expect(back).toEqual({ ok: true, value: scenario });
        expect(back.ok && linkOf(back.value)).toBe(link);
      }),
      { numRuns: 300 },
    );
  });

  it('does not depend on the order of keys or on spelled-out defaults', () => {
    const scenario = valid(smallest());
    const shuffled = Object.fromEntries(Object.entries(scenario).reverse()) as typeof scenario;
    expect(linkOf(shuffled)).toBe(linkOf(scenario));
    expect(linkOf({ ...scenario, title: '  Small ' })).toBe(linkOf(scenario));
    expect(linkOf({ ...scenario, title: 'Cafe\u0301' })).toBe(linkOf({ ...scenario, title: 'Caf\u00e9' }));
  });

  it('to a preset is short and says which', () => {
    for (const { id, scenario } of PRESETS) {
      const link = linkOf(scenario);
      expect(link.length).toBeLessThan(80);
      expect(readLink(link)).toMatchObject({ ok: true, value: { preset: id, modelVersion: 1, scenario } });
    }
  });

  it('to a changed preset holds the changes only', () => {
    const changed = { ...preset('database'), seed: 9, summary: '' };
    const link = readLink(linkOf(changed));
    expect(link).toEqual({ ok: true, value: { preset: 'database', modelVersion: 1, scenario: changed } });
  });

  it('is found among other parts of the hash', () => {
    const link = linkOf(preset('classic'));
    expect(decodeLink(link.slice(1)).ok).toBe(true);
    expect(decodeLink(`#x=1&${link.slice(1)}&y=2`).ok).toBe(true);
    expect(readLink(`#${link.slice(1)}&b=${link.slice(3)}`, 'b').ok).toBe(true);
    expect([hasLink(link), hasLink('#about'), hasLink('#'), hasLink('')]).toEqual([true, true, false, false]);
  });

  it.each(['.', ',', ')', ').', '>', '”', '%E2%80%9D', '%22%3E', '%0A', ' ', '!', '&utm_source=mail'])(
    'opens with %j behind it',
    (tail) => {
      const link = linkOf(preset('classic'));
      expect(decodeLink(link + tail).ok).toBe(true);
      expect(decodeLink(`${link.slice(0, 20)}%0A${link.slice(20)}${tail}`).ok).toBe(true);
      // What does not fit its checksum is not repaired.
      expect(decodeLink(`${link.slice(0, 20)}${link.slice(21)}${tail}`).ok).toBe(false);
    },
  );

  it.each(['#S=', '##s=', '#!s=', '#s', '#s%3D', '#foo'])('is broken where it begins with %j', (start) => {
    const link = linkOf(preset('classic'));
    const hash = start.length > 2 && start !== '#foo' ? start + link.slice(3) : start;
    expect(hasLink(hash)).toBe(true);
    expect(decodeLink(hash).ok).toBe(false);
  });

  it('does not write out what stands in the place of a name, however deeply it is nested', () => {
    const nested = `${'['.repeat(5_000)}${']'.repeat(5_000)}`;
    expect(() => decodeLink(seal(`{"m":1,"p":${nested}}`))).not.toThrow();
    expect(decodeLink(seal(`{"m":1,"p":[1]}`)).ok).toBe(false);
  });

  it('is refused when it would be too long, and the file is named instead', () => {
    const vms = Array.from({ length: 900 }, (_, index) => ({
      ...smallest().vms![0]!,
      id: `vm-${(index * 7919) % 1000}-${(index * 104_729) % 99_991}`,
      memoryBytes: (300 + ((index * 7919) % 1000)) * 1024 * 1024,
      diskBytes: (index * 982_451_653) % 1_000_000_007,
    }));
    const link = encodeLink(valid({ ...smallest(), vms, actions: [] }));
    expect(link).toMatchObject({
      ok: false,
      error: [{ code: 'link.too-big', message: expect.stringContaining('file') }],
    });
  });

  it('is not made from what is no scenario', () => {
    const broken = { ...valid(smallest()), seed: -1 };
    expect(encodeLink(broken)).toMatchObject({
      ok: false,
      error: [{ code: 'link.schema-invalid', path: 'seed' }],
    });
  });

  it.each([
    [0, 'green'],
    [999, 'green'],
    [1_000, 'amber'],
    [2_000, 'amber'],
    [2_001, 'red'],
    [8_000, 'red'],
    [8_001, 'refused'],
  ])('of %i characters is %s', (chars, size) => expect(linkSize(chars)).toBe(size));
});

describe('a broken link', () => {
  const good = linkOf(valid(smallest()));
  const [head, payload, sum] = good.split('.') as [string, string, string];
  const whole = { m: 1, s: { title: 'x' } };

  it.each<[string, string, string[]]>([
    ['nothing', '', ['link.missing']],
    ['another hash', '#about', ['link.missing']],
    ['only the name', '#s=', ['link.truncated']],
    ['no checksum', `${head}.${payload}`, ['link.truncated']],
    ['half a checksum', `${head}.${payload}.${sum.slice(0, 3)}`, ['link.truncated']],
    ['half a payload', good.slice(0, good.length / 2), ['link.truncated']],
    ['a part too many', `${good}.1`, ['link.truncated']],
    [
      'a damaged character',
      good.replace(/.(?=.{9}$)/, (one) => (one === 'A' ? 'B' : 'A')),
      ['link.truncated'],
    ],
    ['no version', `#s=x.${payload}.${sum}`, ['link.truncated']],
    ['version 0', `#s=0.${payload}.${sum}`, ['link.truncated']],
    ['a newer version', `#s=2.${payload}.${sum}`, ['link.schema-newer']],
    ['a newer version cut short', '#s=17.abc', ['link.schema-newer']],
    ['a foreign character', `${head}.${payload}%3D.${sum}`, ['link.not-base64']],
    ['an ellipsis', `${head}.${payload.slice(0, 20)}….${sum}`, ['link.not-base64']],
    ['an impossible length', sealText('AAAAA'), ['link.not-base64']],
    ['loose bits', sealText('AB'), ['link.not-base64']],
    ['no stream', sealText(toBase64Url(Uint8Array.of(255, 255, 255, 255))), ['link.not-deflate']],
    ['an empty stream', sealText(''), ['link.not-deflate']],
    ['a stream cut short', sealText(toBase64Url(fromBase64Url(payload)!.slice(0, 40))), ['link.not-deflate']],
    ['two mebibytes', seal(' '.repeat(2 << 20)), ['link.too-big']],
    ['a very long link', `#s=1.${'A'.repeat(70_000)}.0000000`, ['link.too-big']],
    ['no JSON', seal('{'), ['link.schema-invalid']],
    ['a list', seal([]), ['link.schema-invalid']],
    ['no model version', seal({ s: {} }), ['link.schema-invalid m']],
    ['a foreign name', seal({ ...whole, z: 1 }), ['link.schema-invalid']],
    ['no scenario', seal({ m: 1 }), ['link.schema-invalid']],
    ['no title', seal({ m: 1, s: {} }), ['link.schema-invalid title']],
    ['a bad value', seal({ m: 1, s: { title: 'x', seed: -1 } }), ['link.schema-invalid seed']],
    [
      'rows where columns belong',
      seal({ m: 1, s: { title: 'x', sites: [{ id: 'a' }] } }),
      ['link.schema-invalid sites'],
    ],
    [
      'uneven columns',
      seal({ m: 1, s: { title: 'x', sites: { id: ['a'], name: [] } } }),
      ['link.schema-invalid sites'],
    ],
    [
      'an unknown id',
      seal({ m: 1, s: { title: 'x', clusters: { id: ['a'], site: ['b'] } } }),
      ['link.schema-invalid clusters[0].site'],
    ],
    ['an unknown preset', seal({ m: 1, p: 'no-such' }), ['link.unknown-preset']],
    ['a preset that is no text', seal({ m: 1, p: 7 }), ['link.unknown-preset']],
    ['a preset and a whole', seal({ ...whole, p: 'database' }), ['link.schema-invalid']],
    ['a preset with bad differences', seal({ m: 1, p: 'database', d: [] }), ['link.schema-invalid']],
    [
      'a preset without hosts',
      seal({ m: 1, p: 'classic', d: { hosts: null, datastores: null } }),
      [
        'link.schema-invalid vms[0].host',
        'link.schema-invalid vms[0].datastore',
        'link.schema-invalid actions[0].to',
      ],
    ],
    [
      'a name with a meaning',
      seal('{"m":1,"s":{"title":"x","__proto__":{"seed":3}}}'),
      ['link.schema-invalid __proto__'],
    ],
  ])('%s', (_, link, errors) => expect(errorsOf(link)).toEqual(errors));

  it('never changes what objects are made of', () => {
    readLink(seal('{"m":1,"p":"database","d":{"__proto__":{"polluted":1}}}'));
    readLink(seal('{"m":1,"s":{"title":"x","vms":{"__proto__":[{"polluted":1}]}}}'));
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('is a typed error or a valid scenario after 5,000 mutations', () => {
    const links = goldenScenarios().flatMap(([, scenario]) => {
      const link = encodeLink(scenario);
      return link.ok ? [link.value] : [];
    });
    const counts = surveyMutations(links, 1, 5_000);
    expect(counts.get('link.truncated')).toBeGreaterThan(100);
    expect(counts.get('link.schema-invalid')).toBeGreaterThan(100);
    expect(
      [...counts.keys()].filter((code) => code !== 'valid' && !LINK_ERRORS.some((one) => one === code)),
    ).toEqual([]);
  });

  it('unpacks to a mebibyte at most, whatever it promises', () => {
    const bomb = fromBase64Url(seal('a'.repeat(50_000_000)).split('.')[1]!)!;
    expect(inflateText(bomb, 1 << 20)).toEqual({ ok: false, error: 'too-big' });
  });
});

describe('the codec', () => {
  it('writes base64url as the platform does', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const text = Buffer.from(bytes).toString('base64url');
        expect(toBase64Url(bytes)).toBe(text);
        expect(fromBase64Url(text)).toEqual(bytes);
      }),
    );
  });

  it('computes the CRC-32 everybody does', () => {
    // The check value of the CRC catalogue.
    expect(crc32('123456789')).toBe(0xcbf43926);
    expect(checksum('')).toBe('0000000');
  });
});
