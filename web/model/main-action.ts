/** What the one button does at this instant: start, cancel, go back to the result, go back with the VM, try again. */
import type { Session } from './session.svelte.ts';

export interface MainAction {
  readonly text: string;
  /** Filled only where pressing it is what comes next. */
  readonly fills: boolean;
  /** Null where there is nothing to do now. */
  readonly run: (() => void) | null;
}

export function mainAction(session: Session): MainAction {
  if (session.ready) {
    const may = session.refusals.length === 0 && session.crash === null;
    return { text: 'Migrate', fills: may, run: may ? () => void session.migrate() : null };
  }
  if (session.canCancel) return { text: 'Cancel migration', fills: false, run: () => void session.cancel() };
  const { playback, moment } = session;
  if (playback.seenEnd && !playback.atEnd)
    return { text: 'Back to the result', fills: false, run: () => playback.toEnd() };
  if (!moment?.report) return { text: 'Too late to cancel', fills: false, run: null };
  if (moment.stage === 'completed')
    return { text: 'Migrate back', fills: true, run: () => void session.migrateBack() };
  if (moment.stage === 'cancelled')
    return { text: 'Try again', fills: false, run: () => void session.migrate() };
  return { text: 'Try again', fills: false, run: () => session.reset() };
}
