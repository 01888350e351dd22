import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright';

const commands = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const macApplications = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** The one sentence a person needs when there is no browser to test in. */
export const noChromium =
  'The browser tests need a Chromium: install one (for example with "npx playwright install --with-deps chromium") ' +
  'or name its file in the environment variable CHROMIUM_PATH.';

/** A file that is there may still lack the libraries it needs, so each candidate has to answer. */
function runs(path: string): boolean {
  if (!existsSync(path)) return false;
  return spawnSync(path, ['--version'], { stdio: 'ignore', timeout: 30_000 }).status === 0;
}

function inPath(): string[] {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return commands.flatMap((command) => folders.map((folder) => join(folder, command)));
}

/** The Chromium to test in: the one that was named, else the system's, else Playwright's own. */
export function findChromium(): string | undefined {
  const named = process.env['CHROMIUM_PATH'];
  if (named) return runs(named) ? named : undefined;
  return [...inPath(), ...macApplications, chromium.executablePath()].find(runs);
}

/** Runs an installer with its words on stderr, and says whether it ended well. */
function attempt(command: string, args: string[]): boolean {
  try {
    execFileSync(command, args, { stdio: ['ignore', 2, 2], timeout: 300_000 });
    return true;
  } catch {
    return false;
  }
}

function installForUser(): void {
  const cli = join(createRequire(import.meta.url).resolve('playwright/package.json'), '..', 'cli.js');
  attempt(process.execPath, [cli, 'install', 'chromium']);
}

/** The system's packages are touched only where nobody's machine is at stake: by root on a CI machine. */
function installForMachine(): void {
  if (!process.env['CI'] || process.getuid?.() !== 0) return;
  if (attempt('apt-get', ['update'])) attempt('apt-get', ['install', '-y', 'chromium']);
}

/** Finds a Chromium, or downloads one. Without any it returns nothing, and the browser tests fail. */
export function ensureChromium(): string | undefined {
  const found = findChromium();
  if (found || process.env['CHROMIUM_PATH']) return found;
  installForUser();
  const own = findChromium();
  if (own) return own;
  installForMachine();
  return findChromium();
}
