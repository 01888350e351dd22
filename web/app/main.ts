/** Starts the page: reads the address, makes the session, keeps the address in step with the knobs. */
import { mount } from 'svelte';
import '../view/tokens.css';
import '../view/base.css';
import { firstPreset } from '../model/first-preset.ts';
import { Preferences, type Theme } from '../model/preferences.svelte.ts';
import { EVERYTHING } from '../model/shown.ts';
import { Session } from '../model/session.svelte.ts';
import App from '../view/App.svelte';
import type { Place } from '../view/actions.svelte.ts';
import { followScenario } from './address.svelte.ts';
import { connectWith, hasEngine } from './engine.ts';
import { addressIn, baseOf, embedRedirect, embedUrlOf } from './place.ts';
import type { Opening } from './url.ts';

const base = baseOf(location);
const connect = connectWith(async () => (await import('../worker/client.ts')).EngineClient);

/** Null for the bare address: who comes without a scenario does not wait for what reads one. */
async function opened(search: string, hash: string): Promise<Opening | null> {
  if (search === '' && hash.length < 2) return null;
  const { readAddress } = await import('./url.ts');
  return readAddress(search, hash);
}

void opened(location.search, location.hash).then((opening) => {
  const redirect = opening && embedRedirect(base, location.search, location.hash, opening.presentation);
  if (redirect) location.replace(redirect);
  else start(opening);
});

function start(opening: Opening | null): void {
  const target = document.getElementById('app');
  if (!target) throw new Error('the page has no element with the id "app"');
  const first = firstPreset();
  const origin = opening?.origin ?? { kind: 'preset' as const, id: first.id };
  const original = opening?.original ?? first.scenario;
  const session = new Session(opening?.scenario ?? first.scenario, origin, connect, original);
  const preferences = new Preferences(() => localStorage, opening && themeOf(opening));
  const address = followScenario(session, { base, search: location.search });
  if (opening) present(session, opening);
  const reread = () => {
    // A pasted hash and the Back button change the address without loading the page.
    if (!address.isOwn()) void reopen(session, location.search, location.hash);
  };
  addEventListener('hashchange', reread);
  addEventListener('popstate', reread);
  const place: Place = {
    base,
    embedUrl: embedUrlOf(base),
    page: opening?.presentation.page ?? null,
    keepPage: (page) => address.keep('page', page),
    engines: opening?.presentation.engines ?? '',
    keepEngines: (text) => address.keep('engines', text),
    connectFleet: connectWith(async () => (await import('../worker/client.ts')).EngineClient),
    openFile: async (file) => (await import('./files.ts')).openFile(session, file),
    bench: async () => (await import('../worker/bench-client.ts')).runBench,
    compare: async () => (await import('../worker/compare-client.ts')).runCompare,
    openLink: (text) => {
      const { search, hash } = addressIn(text);
      void reopen(session, search, hash);
    },
    openPreset: async (id) => {
      const { findPreset } = await import('../scenario/presets/index.ts');
      const preset = findPreset(id);
      if (!preset) return;
      address.push(`?scenario=${encodeURIComponent(id)}`);
      session.open(preset.scenario, { kind: 'preset', id });
    },
  };
  const shown = opening?.shown ?? EVERYTHING;
  // What stands there for browsers that may not load scripts.
  target.textContent = '';
  mount(App, { target, props: { session, preferences, place, shown } });
  prepareEngine(session);
}

async function reopen(session: Session, search: string, hash: string): Promise<void> {
  const opening = await opened(search, hash);
  if (opening?.broken) session.openBroken(opening.broken);
  else if (opening?.scenario)
    session.open(opening.scenario, opening.origin, opening.notices, opening.original ?? undefined);
  else if (!opening) session.open(firstPreset().scenario, { kind: 'preset', id: firstPreset().id });
}

/** What the address says beside the scenario. */
function present(session: Session, { broken, notices, presentation, asksSpeed }: Opening): void {
  if (broken) session.openBroken(broken);
  session.notice(notices);
  session.playback.setLoop(presentation.loop);
  if (presentation.hint === 'hide') session.hidePredictions();
  if (asksSpeed) session.playback.setSpeed(presentation.speed);
  if (broken) return;
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const plays = presentation.autoplay === 'force' || (presentation.autoplay === 'yes' && !calm);
  if (plays || presentation.atNs !== null) void session.migrate(presentation.atNs, plays);
}

function themeOf({ presentation }: Opening): Theme | null {
  const named = new URLSearchParams(location.search).has('theme');
  if (!named) return null;
  return presentation.theme;
}

/** The engine is fetched when a hand moves towards it, so that the first picture waits for nothing. */
function prepareEngine(session: Session): void {
  const prepare = () => {
    // What opens under the hand should not have to be fetched then; the engine comes before what is needed later.
    import('../view/KnobPanel.svelte').catch(() => undefined);
    void session.prepare().then(fetchTheRest);
  };
  if (!hasEngine()) prepare();
  else
    for (const sign of ['pointermove', 'pointerdown', 'keydown'])
      addEventListener(sign, prepare, { once: true });
}

/** All that is loaded when it is asked for: from here on the page needs no network. What fails is asked for again when it is needed. */
function fetchTheRest(): void {
  const parts = [
    import('../view/Result.svelte'),
    import('../view/SpeedPanel.svelte'),
    import('../view/ShareDialog.svelte'),
    import('../view/EmbedDialog.svelte'),
    import('../view/OpenSave.svelte'),
    import('../view/Gallery.svelte'),
    import('../view/Broken.svelte'),
    import('../view/Refused.svelte'),
    import('../model/export.ts'),
    import('./files.ts'),
    import('./url.ts'),
  ];
  for (const part of parts) part.catch(() => undefined);
}
