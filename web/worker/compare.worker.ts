/** Engines side by side on a thread of their own: it may be ended at any time, and nobody waits for it. */
import type { CompareRequest } from '../sim/compare/jobs.ts';
import { compareSlices, type CompareWord } from './compare-slices.ts';

const say = (word: CompareWord) => postMessage(word);

addEventListener('message', (event: MessageEvent<CompareRequest>) => {
  try {
    for (const messages of compareSlices(event.data, () => performance.now())) say({ messages });
    say({ finished: true });
  } catch (error) {
    say({ failed: error instanceof Error ? error.message : String(error) });
  }
});

// Some browsers block a worker without saying so: whoever started it waits for this word.
say({ messages: [] });
