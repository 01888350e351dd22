/** Files that are picked or dropped: read only after their size is known, and opened or shown as broken. */
import type { Session } from '../model/session.svelte.ts';
import { checkFileSize, openScenarioFile } from '../scenario/file.ts';

const MOST_SHOWN_CHARS = 20_000;

export async function openFile(session: Session, file: File): Promise<void> {
  const size = checkFileSize(file.size);
  if (size) {
    session.openBroken({ source: 'file', text: file.name, problems: [size] });
    return;
  }
  const text = await file.text();
  const opened = openScenarioFile(text);
  if (opened.ok) session.open(opened.value, { kind: 'file', name: file.name });
  else session.openBroken({ source: 'file', text: text.slice(0, MOST_SHOWN_CHARS), problems: opened.error });
}
