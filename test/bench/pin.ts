import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

function readStatus(): string {
  try {
    return readFileSync('/proc/self/status', 'utf8');
  } catch {
    return '';
  }
}

/** The cores that this process may use, as taskset writes them; undefined where the system does not say. */
const allowedCores = () => /^Cpus_allowed_list:\s*(.*)$/m.exec(readStatus())?.[1];

function pin(cores: string): boolean {
  const args = ['-a', '-p', '-c', cores, String(process.pid)];
  return spawnSync('taskset', args, { stdio: 'ignore' }).status === 0;
}

/**
 * What `start` starts runs on one core, so that both sides of a ratio meet the same clock and caches. This process itself
 * goes back to all cores: its threads would take time from whoever is measured.
 */
export async function onOneCore<Result>(
  say: (text: string) => void,
  start: () => Promise<Result>,
): Promise<Result> {
  const cores = allowedCores();
  const core = cores?.split(/[,-]/).pop();
  const isPinned = cores !== undefined && core !== undefined && pin(core);
  say(isPinned ? `Pinned to core ${core}.` : 'NOT PINNED: this system has no taskset.');
  const result = await start();
  if (isPinned) pin(cores);
  return result;
}
