import { ensureChromium, noChromium } from './chromium.ts';

// The tests that need no browser still run without one, so this only warns; each browser test then fails.
if (!ensureChromium()) console.warn(noChromium);
