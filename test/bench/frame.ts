// `npm run bench -- --page`: how long the page's main thread works for each frame while the built site plays the migration of
// a 64 GiB VM. Chromium's own trace tells, because nothing that runs on the page sees what drawing and layout cost.
import { execFileSync } from 'node:child_process';
import { chromium, type Page } from 'playwright';
import { serveFolder } from '../../web/tools/serve.js';
import { findChromium, noChromium } from '../support/chromium.ts';
import { fromRoot } from '../support/root.ts';
import { quantile } from './stats.ts';

const GOAL_MS = 8;
const SECONDS = 8;
const CATEGORIES = ['toplevel', 'devtools.timeline', 'disabled-by-default-devtools.timeline', '__metadata'];

/** An event of a trace; times are in microseconds, `tdur` is processor time. */
interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  readonly tdur?: number;
}

interface Frames {
  /** Milliseconds of all tasks between the beginnings of two frames, by the clock and by the processor's time. */
  readonly wall: readonly number[];
  readonly processor: readonly number[];
}

const TASK = /RunTask$/;
const FRAME = 'FireAnimationFrame';

/** The thread on which most frames begin is the page's main thread. */
function mainThread(events: readonly TraceEvent[]): string {
  const counts = new Map<string, number>();
  for (const { name, pid, tid } of events) {
    if (name === FRAME) counts.set(`${pid}/${tid}`, (counts.get(`${pid}/${tid}`) ?? 0) + 1);
  }
  const [most] = [...counts].sort((a, b) => b[1] - a[1]);
  if (!most) throw new Error('The trace holds no frame: the page did not draw.');
  return most[0];
}

/** Tasks that lie in other tasks are left out, or their time would count twice. */
function outermost(tasks: readonly TraceEvent[]): TraceEvent[] {
  let end = -Infinity;
  return [...tasks]
    .sort((a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0))
    .filter(({ ts, dur }) => {
      if (ts < end) return false;
      end = ts + (dur ?? 0);
      return true;
    });
}

function framesOf(all: readonly TraceEvent[]): Frames {
  const thread = mainThread(all);
  const events = all.filter(({ pid, tid }) => `${pid}/${tid}` === thread);
  const starts = events
    .filter(({ name }) => name === FRAME)
    .map(({ ts }) => ts)
    .sort((a, b) => a - b);
  const wall = new Float64Array(Math.max(0, starts.length - 1));
  const processor = new Float64Array(wall.length);
  let frame = 0;
  for (const task of outermost(events.filter(({ name, ph }) => ph === 'X' && TASK.test(name)))) {
    // The task in which a frame begins starts a little before that beginning, so the end of a task says where it belongs.
    const end = task.ts + (task.dur ?? 0);
    while (frame + 1 < starts.length && (starts[frame + 1] ?? Infinity) <= end) frame++;
    if (frame >= wall.length || end < (starts[0] ?? 0)) continue;
    wall[frame] = (wall[frame] ?? 0) + (task.dur ?? 0) / 1000;
    processor[frame] = (processor[frame] ?? 0) + (task.tdur ?? task.dur ?? 0) / 1000;
  }
  return { wall: [...wall], processor: [...processor] };
}

async function stateIs(page: Page, state: string): Promise<void> {
  await page.locator(`html[data-state="${state}"]`).waitFor({ state: 'attached', timeout: 60_000 });
}

/** Plays the preset and returns what Chromium has written down meanwhile. */
async function trace(executablePath: string, url: string): Promise<TraceEvent[]> {
  const browser = await chromium.launch({ executablePath, chromiumSandbox: false });
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(`${url}/index.html?scenario=big-10gbe`);
    await page.locator('html[data-state]').waitFor({ state: 'attached' });
    await page.getByRole('button', { name: 'Migrate', exact: true }).first().click();
    await stateIs(page, 'playing');
    await browser.startTracing(page, { categories: CATEGORIES });
    await page.waitForTimeout(SECONDS * 1000);
    const trace = await browser.stopTracing();
    return (JSON.parse(trace.toString('utf8')) as { traceEvents: TraceEvent[] }).traceEvents;
  } finally {
    await browser.close();
  }
}

export async function measureFrames(json: boolean): Promise<void> {
  const executablePath = findChromium();
  if (!executablePath) throw new Error(noChromium);
  execFileSync(process.execPath, ['web/tools/build.js', '--if-stale'], {
    cwd: fromRoot('.'),
    stdio: ['ignore', 2, 2],
  });
  const site = await serveFolder(fromRoot('web/dist'));
  const { wall, processor } = framesOf(await trace(executablePath, site.url).finally(() => site.close()));
  const round = (value: number) => Math.round(value * 100) / 100;
  const p95 = round(quantile(processor, 0.95));
  const report = {
    name: 'frame',
    engine: 'chromium',
    frames: processor.length,
    p50Ms: round(quantile(processor, 0.5)),
    p95Ms: p95,
    p95WallMs: round(quantile(wall, 0.95)),
    goalMs: GOAL_MS,
  };
  if (json) console.log(JSON.stringify(report));
  else
    console.log(
      `Main-thread work per frame over ${report.frames} frames in ${SECONDS} s of playing big-10gbe: ` +
        `median ${report.p50Ms} ms, p95 ${p95} ms of processor time (${report.p95WallMs} ms by the clock), ` +
        `goal ${GOAL_MS} ms: ${p95 <= GOAL_MS ? 'reached' : 'MISSED'}`,
    );
}
