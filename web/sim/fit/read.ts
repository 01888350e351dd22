/** Which tool wrote a log is seen from the log itself. */
import type { Problem, Result } from '../../base/result.ts';
import { readCloudHypervisor } from './cloud-hypervisor.ts';
import { readDomJobInfo } from './domjobinfo.ts';
import { refuse, type Measured } from './measured.ts';
import { readQueryMigrate } from './query-migrate.ts';

/** Longer ones are refused before anything is read. */
export const MOST_CHARACTERS = 4_000_000;

export function readLog(text: string): Result<Measured, Problem[]> {
  if (text.length > MOST_CHARACTERS)
    return refuse(
      `It has ${text.length} characters; at most ${MOST_CHARACTERS} are read. Keep the lines of one migration.`,
    );
  const start = text.trimStart();
  if (start === '') return refuse('There is nothing in it yet.');
  if (start.startsWith('{') || start.startsWith('[')) return readQueryMigrate(text);
  if (text.includes('Precopy: iter=')) return readCloudHypervisor(text);
  if (/^\s*Job type:/m.test(text)) return readDomJobInfo(text);
  return refuse(
    'It is none of the three: the JSON of query-migrate, what "virsh domjobinfo" prints (it begins with "Job type:"), or a log of Cloud Hypervisor with "Precopy: iter=" in it.',
  );
}
