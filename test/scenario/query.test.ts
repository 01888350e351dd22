import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GIB, MIB, NS_PER_MS, NS_PER_SECOND } from '../../web/base/units.ts';
import { getKnob, KNOB_IDS, KNOBS, setKnob } from '../../web/scenario/knobs.ts';
import type { KnobValues } from '../../web/scenario/knobs.ts';
import { encodeLink } from '../../web/scenario/link.ts';
import { parseScenario } from '../../web/scenario/parse.ts';
import { PLAIN_PRESENTATION } from '../../web/scenario/presentation.ts';
import { makeQuery, overridesFrom, parseQuery } from '../../web/scenario/query.ts';
import { preset } from './scenarios.ts';

const codes = (search: string, hash = '') =>
  parseQuery(search, hash).notices.map((one) => `${one.code} ${one.path}`);

describe('a typed address', () => {
  it('without anything is the first preset, plainly shown', () => {
    expect(parseQuery('')).toEqual({
      scenario: preset('database'),
      problems: [],
      presetId: 'database',
      presentation: PLAIN_PRESENTATION,
      notices: [],
      unknownNames: [],
    });
  });

  it('changes what it says of a preset', () => {
    const search =
      '?scenario=write-storm&mem=64GiB&dirty=900MiB/s&wss=8GiB&bw=10Gb/s&rtt=0.5ms&compress=xbzrle&sdps=1&downtime=250ms&seed=77&vcpu=8';
    const { scenario, notices } = parseQuery(search);
    expect(notices).toEqual([]);
    const knobs = Object.fromEntries(
      KNOB_IDS.map((id) => [id, getKnob(scenario!, id)]),
    ) as unknown as KnobValues;
    expect(knobs).toEqual({
      workload: 'uniform',
      memory: 64 * GIB,
      writes: 900 * MIB,
      workingSet: 8 * GIB,
      link: 1_250_000_000,
      rtt: 500_000,
      compression: 'xbzrle',
      goal: 250 * NS_PER_MS,
      sdps: 'on',
    });
    // 384 of 512 MiB were used: three quarters of 64 GiB are, too many bytes to keep each.
    expect(scenario?.vms[0]).toMatchObject({ usedBytes: 48 * GIB, fidelity: 'page-exact', vcpus: 8 });
    expect(scenario?.seed).toBe(77);
  });

  it.each([
    ['?mem=900TiB', ['query.clamped mem']],
    ['?mem=1KiB', ['query.clamped mem']],
    ['?mem=64', ['query.invalid mem']],
    ['?mem=64gib', ['query.invalid mem']],
    ['?wss=2GiB', ['query.clamped wss']],
    ['?wss=2GiB&mem=4GiB', []],
    ['?bw=fast', ['query.invalid bw']],
    ['?rtt=20s', ['query.clamped rtt']],
    ['?downtime=0ms', ['query.clamped downtime']],
    ['?compress=zip', ['query.invalid compress']],
    ['?compress=LZ4', []],
    ['?sdps=maybe', ['query.invalid sdps']],
    ['?seed=-1', ['query.invalid seed']],
    ['?seed=4294967296', ['query.invalid seed']],
    ['?vcpu=5000', ['query.clamped vcpu']],
    ['?vcpu=1.5', ['query.invalid vcpu']],
    ['?mem=1GiB&mem=2GiB', ['query.repeated mem']],
    ['?t=1&t=2&t=3', ['query.repeated t']],
    ['?SCENARIO=classic', ['query.misspelt SCENARIO']],
    ['?scenario=classic&amp;mem=1GiB', ['query.misspelt amp;mem']],
    ['?memory=1GiB', ['query.misspelt memory']],
    ['?speed=1000', ['query.clamped speed']],
    ['?speed=Infinity', ['query.invalid speed']],
    ['?theme=pink', ['query.invalid theme']],
    ['?panels=rounds,cats', ['query.invalid panels']],
    ['?lang=en%20us', ['query.invalid lang']],
    ['?embed=perhaps', ['query.invalid embed']],
    ['?streams=4', ['query.unsupported streams']],
    ['?utm_source=moodle&session=1&session=2', []],
    [`?x=${'y'.repeat(20_000)}`, ['query.too-long ']],
  ])('%s', (search, expected) => {
    expect(codes(search)).toEqual(expected);
    const { scenario, notices } = parseQuery(search);
    expect(parseScenario(scenario).ok).toBe(true);
    for (const { message } of notices) expect(message).toMatch(/^["A-Z].*[.?]$/);
  });

  it('with an unknown preset opens nothing else', () => {
    expect(parseQuery('?scenario=no-such')).toMatchObject({
      scenario: null,
      presetId: null,
      problems: [{ code: 'query.unknown-preset' }],
    });
    expect(parseQuery('?scenario=__proto__').scenario).toBeNull();
  });

  it('lists names that nobody knows, for the debug view', () => {
    expect(parseQuery('?a=1&scenario=classic&__proto__=2').unknownNames).toEqual(['a', '__proto__']);
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.webQueryParameters(), fc.string(), (search, hash) => {
        const { scenario, problems } = parseQuery(`?${search}`, hash);
        expect(scenario === null).toBe(problems.length > 0);
      }),
    );
    const names = fc.constantFrom(
      'scenario',
      'mem',
      'dirty',
      'wss',
      'bw',
      'rtt',
      'downtime',
      'seed',
      'vcpu',
      't',
      'speed',
      'panels',
      'sdps',
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(names, fc.string())), (pairs) => {
        const { scenario } = parseQuery(`?${new URLSearchParams(pairs).toString()}`);
        expect(scenario === null || parseScenario(scenario).ok).toBe(true);
      }),
    );
  });
});

describe('presentation', () => {
  it('is read name by name; a bare name is on', () => {
    const search =
      '?embed&theme=dark&autoplay=force&t=12.5&speed=0.1&panels=rounds,timeline&controls=basic&links=0&editable=0&hl=de-CH&hint=hide&errors=inline&debug=1&loop=1&share=0&import=0&export=no';
    expect(parseQuery(search)).toMatchObject({
      notices: [],
      presentation: {
        embed: true,
        theme: 'dark',
        autoplay: 'force',
        atNs: 12.5 * NS_PER_SECOND,
        speed: 0.1,
        panels: ['timeline', 'rounds'],
        controls: 'basic',
        links: false,
        editable: false,
        lang: 'de-CH',
        hint: 'hide',
        errors: 'inline',
        debug: true,
        loop: true,
        share: false,
        import: false,
        export: false,
      },
    });
    expect(parseQuery('?autoplay=1').presentation.autoplay).toBe('yes');
  });
});

describe('a link beside a query', () => {
  const link = encodeLink(setKnob(preset('classic'), 'goal', 40 * NS_PER_MS));
  const hash = link.ok ? link.value : '';

  it('wins for the scenario, says so, and leaves presentation alone', () => {
    const parsed = parseQuery('?embed=1&scenario=database&mem=1GiB', hash);
    expect(parsed.scenario).toEqual(setKnob(preset('classic'), 'goal', 40 * NS_PER_MS));
    expect(parsed.presentation.embed).toBe(true);
    expect(parsed.notices.map((one) => one.code)).toEqual(['query.link-wins']);
    expect(codes('?embed=1', hash)).toEqual([]);
  });

  it('that is broken never becomes another scenario', () => {
    expect(parseQuery('?scenario=database', hash.slice(0, -9))).toMatchObject({
      scenario: null,
      problems: [{ code: 'link.truncated' }],
    });
  });

  it('is whatever stands in the hash: nothing else opens where it is none', () => {
    expect(parseQuery('?scenario=classic', '#about').problems).toMatchObject([{ code: 'link.missing' }]);
    expect(parseQuery('?scenario=classic', '#').presetId).toBe('classic');
  });
});

describe('making an address', () => {
  it('is short and readable', () => {
    const query = makeQuery(
      'database',
      {
        mem: 64 * GIB,
        dirty: 900 * MIB,
        bw: 1_250_000_000,
        downtime: 500 * NS_PER_MS,
        sdps: false,
        compress: 'lz4',
      },
      { embed: '1' },
    );
    expect(query).toBe(
      '?scenario=database&mem=64GiB&dirty=900MiB/s&bw=10Gb/s&downtime=500ms&compress=lz4&sdps=0&embed=1',
    );
  });

  it('gives back exactly the scenario of the knobs, or says that only a link can', () => {
    const changes = fc.array(fc.tuple(fc.constantFrom(...KNOB_IDS), fc.nat()), { maxLength: 4 });
    fc.assert(
      fc.property(
        fc.constantFrom('database', 'write-storm', 'classic', 'long-distance'),
        changes,
        (id, list) => {
          let scenario = preset(id);
          for (const [knob, index] of list) {
            const { steps } = KNOBS[knob];
            scenario = setKnob(scenario, knob, steps[index % steps.length] as never);
          }
          const overrides = overridesFrom(id, scenario);
          if (overrides)
            expect(parseQuery(makeQuery(id, overrides))).toMatchObject({ scenario, notices: [] });
          else
            expect(list.some(([knob]) => ['workload', 'memory', 'workingSet', 'writes'].includes(knob))).toBe(
              true,
            );
        },
      ),
      { numRuns: 300 },
    );
  });

  it('cannot say what no parameter says', () => {
    expect(overridesFrom('database', { ...preset('database'), title: 'Mine' })).toBeNull();
    expect(overridesFrom('no-such', preset('database'))).toBeNull();
    expect(overridesFrom('database', preset('database'))).toEqual({});
  });
});
