/** Starts the page: reads the address, makes the session, keeps the address in step with the knobs. */
import { mount } from 'svelte';
import '../view/tokens.css';
import '../view/base.css';
import { firstPreset } from '../model/gallery.ts';
import { Preferences, type Theme } from '../model/preferences.svelte.ts';
import { Session } from '../model/session.svelte.ts';
import { findPreset } from '../scenario/presets/index.ts';
import App from '../view/App.svelte';
import type { Place } from '../view/actions.svelte.ts';
import { followScenario } from './address.svelte.ts';
import { connect } from './engine.ts';
import { openFile } from './files.ts';
import { addressIn, baseOf, embedRedirect, embedUrlOf, readAddress, type Opening } from './url.ts';

const base = baseOf(location);
const opening = readAddress(location.search, location.hash);
const redirect = embedRedirect(base, location.search, location.hash, opening.presentation);
if (redirect) location.replace(redirect);
else start(opening);

function start(first: Opening): void {
  const target = document.getElementById('app');
  if (!target) throw new Error('the page has no element with the id "app"');
  const session = new Session(first.scenario ?? firstPreset().scenario, first.origin, connect);
  const preferences = new Preferences(() => localStorage, themeOf(first));
  const address = followScenario(session, { base, search: location.search });
  const show = (opened: Opening) => {
    if (opened.broken) session.openBroken(opened.broken);
    else if (opened.scenario) session.open(opened.scenario, opened.origin, opened.notices);
  };
  const place: Place = {
    base,
    embedUrl: embedUrlOf(base),
    openFile: (file) => openFile(session, file),
    openLink: (text) => {
      const { search, hash } = addressIn(text);
      show(readAddress(search, hash));
    },
    openPreset: (id) => {
      const preset = findPreset(id);
      if (!preset) return;
      address.push(`?scenario=${encodeURIComponent(id)}`);
      session.open(preset.scenario, { kind: 'preset', id });
    },
  };
  present(session, first);
  // A pasted hash and the Back button change the address without loading the page.
  const reread = () => show(readAddress(location.search, location.hash));
  addEventListener('hashchange', () => address.isOwn() || reread());
  addEventListener('popstate', () => address.isOwn() || reread());
  mount(App, { target, props: { session, preferences, place } });
  whenIdle(() => void session.prepare());
}

/** What the address says beside the scenario. */
function present(
  session: Session,
  { broken, notices, presentation, asksSpeed, scenario, origin }: Opening,
): void {
  if (broken) session.openBroken(broken);
  else if (scenario && notices.length > 0) session.open(scenario, origin, notices);
  if (asksSpeed) session.playback.setSpeed(presentation.speed);
  if (broken) return;
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const plays = presentation.autoplay === 'force' || (presentation.autoplay === 'yes' && !calm);
  if (plays || presentation.atNs !== null) void session.migrate(presentation.atNs);
}

function themeOf({ presentation }: Opening): Theme | null {
  const named = new URLSearchParams(location.search).has('theme');
  if (!named) return null;
  return presentation.theme === 'dark' ? 'dark' : presentation.theme === 'auto' ? 'auto' : 'light';
}

/** After the first picture; browsers without idle callbacks wait a moment instead. */
function whenIdle(work: () => void): void {
  if ('requestIdleCallback' in window) requestIdleCallback(work, { timeout: 2_000 });
  else setTimeout(work, 500);
}
