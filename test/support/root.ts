// Where the repository is, whether this module runs in its place or bundled into the cache of the tests.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

function findRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'asconfig.json'))) {
    if (folder === dirname(folder)) throw new Error('There is no asconfig.json above this module.');
    folder = dirname(folder);
  }
  return folder;
}

const root = findRoot();

/** The absolute path of a file that is named from the top of the repository. */
export const fromRoot = (path: string): string => join(root, path);
