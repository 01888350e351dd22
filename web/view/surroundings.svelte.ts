/** What pictures depend on beside their props: the theme, the density of pixels and whether motion is wanted. */
import { createSubscriber } from 'svelte/reactivity';

let known: Record<string, string> | null = null;

const watchTheme = createSubscriber((notify) => {
  const update = () => {
    known = null;
    notify();
  };
  known = null;
  const observer = new MutationObserver(update);
  observer.observe(document.documentElement, {
    attributes: true,
    attributeFilter: ['data-theme', 'class', 'style'],
  });
  const queries = ['(prefers-color-scheme: dark)', '(forced-colors: active)'].map((query) =>
    matchMedia(query),
  );
  for (const query of queries) query.addEventListener('change', update);
  return () => {
    known = null;
    observer.disconnect();
    for (const query of queries) query.removeEventListener('change', update);
  };
});

const watchDensity = createSubscriber((update) => {
  // Zooming a page changes the density; there is no event but the resize that comes with it.
  addEventListener('resize', update);
  return () => removeEventListener('resize', update);
});

let reduced: MediaQueryList | null = null;
const reducedMotion = () => (reduced ??= matchMedia('(prefers-reduced-motion: reduce)'));

const watchMotion = createSubscriber((update) => {
  const query = reducedMotion();
  query.addEventListener('change', update);
  return () => query.removeEventListener('change', update);
});

/** Colour tokens as they are now; an effect that asks runs again when the theme changes. */
export function colours<K extends string>(names: readonly K[]): Record<K, string> {
  watchTheme();
  // Asking for a computed style costs more than painting: once a theme is enough.
  const tokens = (known ??= {});
  const read = (name: string) =>
    getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const value = (name: string) => (tokens[name] ??= read(name));
  return Object.fromEntries(names.map((name) => [name, value(name)])) as Record<K, string>;
}

export function density(): number {
  watchDensity();
  return devicePixelRatio || 1;
}

export function stillness(): boolean {
  watchMotion();
  return reducedMotion().matches;
}
