/** Which key does what while the app has the focus. Keys that type, choose or press something stay with what has the focus. */
import type { Playback } from '../model/playback.svelte.ts';

export interface KeyTargets {
  readonly playback: Playback;
  readonly ready: boolean;
  /** Single keys may be turned off; the ones with Ctrl stay. */
  readonly shortcuts: boolean;
  readonly onstart: () => void;
  readonly onundo: () => void;
  readonly onredo: () => void;
  /** Where there is a list of keys to show. */
  readonly onhelp?: () => void;
}

const TYPES = 'input, textarea, select, [contenteditable], dialog, [role="dialog"]';
const PRESSES = 'button, a, summary, [role="slider"], [role="button"]';

/** True where the key did something. */
export function pressKey(event: KeyboardEvent, targets: KeyTargets): boolean {
  const focus = event.target instanceof Element ? event.target : null;
  if (event.defaultPrevented || focus?.closest(TYPES)) return false;
  if (event.ctrlKey || event.metaKey) return changeKey(event, targets);
  if (!targets.shortcuts || event.altKey) return false;
  return playKey(event, targets, focus);
}

function changeKey(event: KeyboardEvent, { onundo, onredo }: KeyTargets): boolean {
  const key = event.key.toLowerCase();
  if (key === 'z' && !event.shiftKey) onundo();
  else if (key === 'y' || (key === 'z' && event.shiftKey)) onredo();
  else return false;
  return true;
}

function playKey(
  event: KeyboardEvent,
  { playback, ready, onstart, onhelp }: KeyTargets,
  focus: Element | null,
): boolean {
  if (event.key === ' ') {
    // Space presses a button that has the focus.
    if (focus?.closest(PRESSES)) return false;
    if (ready) onstart();
    else playback.toggle();
    return true;
  }
  if (event.key === '?' && onhelp) {
    onhelp();
    return true;
  }
  if (ready || focus?.closest('[role="slider"]')) return false;
  switch (event.key) {
    case 'ArrowLeft':
      return stepped(playback, -1, event.shiftKey);
    case 'ArrowRight':
      return stepped(playback, 1, event.shiftKey);
    case 'Home':
      playback.toStart();
      return true;
    case 'End':
      playback.toEnd();
      return true;
    case '[':
      playback.stepSpeed(-1);
      return true;
    case ']':
      playback.stepSpeed(1);
      return true;
    default:
      return false;
  }
}

function stepped(playback: Playback, direction: 1 | -1, round: boolean): boolean {
  if (round) playback.stepRound(direction);
  else playback.stepEvent(direction);
  return true;
}
