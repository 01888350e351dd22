/** The order of the files in a run: one that takes long and begins last leaves the other cores without work. */
import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { fromRoot } from './root.ts';

/** Files that took five seconds and more when they were last measured, the longest first. The others follow in any order. */
const LONGEST = [
  'test/sim/fit/fit.test.ts',
  'test/sim/fleet/faults.test.ts',
  'test/worker/simulate.test.ts',
  'test/sim/expected.test.ts',
  'test/model/comparison.test.ts',
  'test/precopy/fidelity.test.ts',
  'test/precopy/patterns.test.ts',
  'test/sim/migration.test.ts',
  'test/precopy/sliced.test.ts',
  'test/scenario/link.test.ts',
  'test/tidy/layers.test.ts',
  'test/sim/golden.test.ts',
  'test/model/project.test.ts',
  'test/model/session.test.ts',
  'test/kernels/xbzrle.test.ts',
  'test/e2e/looks.e2e.test.ts',
  'test/e2e/worker.e2e.test.ts',
  'test/e2e/playback.e2e.test.ts',
  'test/e2e/trouble.e2e.test.ts',
  'test/e2e/change.e2e.test.ts',
  'test/e2e/migrate.e2e.test.ts',
  'test/e2e/links.e2e.test.ts',
  'test/e2e/embed.e2e.test.ts',
  'test/e2e/cluster.e2e.test.ts',
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const gone = LONGEST.filter((file) => !existsSync(fromRoot(file)));
    if (gone.length > 0)
      throw new Error(`test/support/longest-first.ts names what is not there: ${gone.join()}`);
    const rank = (one: TestSpecification): number => {
      const at = LONGEST.indexOf(relative(fromRoot('.'), one.moduleId));
      return at < 0 ? LONGEST.length : at;
    };
    const order = (one: TestSpecification): number => one.project.config.sequence.groupOrder;
    return [...files].sort((a, b) => order(a) - order(b) || rank(a) - rank(b));
  }
}
