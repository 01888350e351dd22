/** The page for frames: the same session and engine, without anything that edits, stores or shares. */
import { mount } from 'svelte';
import '../view/tokens.css';
import '../view/base.css';
import { pageFor } from '../model/pages.ts';
import { firstPreset } from '../model/first-preset.ts';
import { Preferences } from '../model/preferences.svelte.ts';
import { Session } from '../model/session.svelte.ts';
import EmbedApp from '../view/EmbedApp.svelte';
import { EngineClient } from '../worker/client.ts';
import { connectWith } from './engine.ts';
import { baseOf } from './place.ts';
import { readAddress } from './url.ts';

const target = document.getElementById('app');
if (!target) throw new Error('the page has no element with the id "app"');

const opening = readAddress(location.search, location.hash);
const { presentation } = opening;
const session = new Session(
  opening.scenario ?? firstPreset().scenario,
  opening.origin,
  connectWith(async () => EngineClient),
);
// A frame without an origin may not even name its storage: nothing is kept.
const noStore = { getItem: () => null, setItem: () => undefined };
const preferences = new Preferences(() => noStore, presentation.theme);

if (opening.broken) session.openBroken(opening.broken);
session.playback.setLoop(presentation.loop);
if (presentation.hint === 'hide') session.hidePredictions();
if (opening.asksSpeed) session.playback.setSpeed(presentation.speed);

target.textContent = '';
const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
const plays = presentation.autoplay === 'force' || (presentation.autoplay === 'yes' && !calm);
const isMany = pageFor(session.scenario) === 'datacenter';

mount(EmbedApp, {
  target,
  props: {
    session,
    preferences,
    outUrl: presentation.links ? outUrl() : null,
    shown: opening.shown,
    showsErrors: presentation.errors !== 'none',
    notices: opening.notices,
    connect: connectWith(async () => EngineClient),
    page: presentation.page === 'cluster' ? 'cluster' : 'datacenter',
    plays: plays || presentation.atNs !== null,
  },
});

if (!opening.broken && !isMany && (plays || presentation.atNs !== null))
  void session.migrate(presentation.atNs, plays);

/** The whole page shows the same address; what belongs to the frame alone is left away. */
function outUrl(): string {
  const search = new URLSearchParams(location.search);
  for (const name of ['embed', 'autoplay', 'links', 'controls', 'errors']) search.delete(name);
  const query = search.toString();
  return baseOf(location) + (query === '' ? '' : `?${query}`) + location.hash;
}
