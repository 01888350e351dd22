/** What pictures depend on beside their props: the theme, the density of pixels and whether motion is wanted. */
import { createSubscriber } from 'svelte/reactivity';

const watchTheme = createSubscriber((update) => {
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
    observer.disconnect();
    for (const query of queries) query.removeEventListener('change', update);
  };
});

const watchDensity = createSubscriber((update) => {
  // Zooming a page changes the density; there is no event but the resize that comes with it.
  addEventListener('resize', update);
  return () => removeEventListener('resize', update);
});

const watchMotion = createSubscriber((update) => {
  const query = matchMedia('(prefers-reduced-motion: reduce)');
  query.addEventListener('change', update);
  return () => query.removeEventListener('change', update);
});

/** Colour tokens as they are now; an effect that asks runs again when the theme changes. */
export function colours<K extends string>(names: readonly K[]): Record<K, string> {
  watchTheme();
  const style = getComputedStyle(document.documentElement);
  const entries = names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()] as const);
  return Object.fromEntries(entries) as Record<K, string>;
}

export function density(): number {
  watchDensity();
  return devicePixelRatio || 1;
}

export function stillness(): boolean {
  watchMotion();
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}
