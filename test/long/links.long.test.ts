// Long lane: a million damaged links. Each must give a valid scenario or a typed error, and never an exception.
import { expect, it } from 'vitest';
import { encodeLink, LINK_ERRORS } from '../../web/scenario/link.ts';
import { goldenScenarios } from '../scenario/scenarios.ts';
import { surveyMutations } from '../scenario/mutations.ts';

const MUTATIONS = 1_000_000;
/** Another seed covers other damage: set LINKS_SEED. The seed in the log repeats a run. */
const firstSeed = Number(process.env['LINKS_SEED'] ?? 20_260_101);

it(`survives ${MUTATIONS} mutations from seed ${firstSeed}`, () => {
  const links = goldenScenarios().flatMap(([, scenario]) => {
    const link = encodeLink(scenario);
    return link.ok ? [link.value] : [];
  });
  const counts = surveyMutations(links, firstSeed, MUTATIONS);
  console.log(`seed ${firstSeed}: ${JSON.stringify(Object.fromEntries([...counts].sort()))}`);
  expect([...counts.values()].reduce((sum, one) => sum + one, 0)).toBe(MUTATIONS);
  // The damage reaches every way to fail: a survey that only met the checksum would prove little.
  const met = new Set(counts.keys());
  expect([...LINK_ERRORS, 'valid'].filter((code) => !met.has(code) && code !== 'link.too-big')).toEqual([]);
});
