/** What buttons, dialogs and dropped files do: they change the session, and the page around it where that must follow. */
import type { GalleryEntry } from '../model/gallery.ts';
import type { RunCompare } from '../model/comparison.svelte.ts';
import type { ConnectFleet } from '../model/fleet-session.svelte.ts';
import type { PageId } from '../model/pages.ts';
import type { RunBench } from '../model/engine-words.ts';
import { mainAction } from '../model/main-action.ts';
import type { Session } from '../model/session.svelte.ts';
import type { WhatIf } from '../model/what-if.ts';
import { download } from './download.ts';

/** The page's address and what only the page can do with it; app/ fills it in. */
export interface Place {
  /** Without query and hash. */
  readonly base: string;
  readonly embedUrl: string;
  openLink(text: string): void;
  /** The page the address names, if any; another one is kept there. */
  readonly page: PageId | null;
  keepPage(page: PageId): void;
  /** The engines the address names; empty where it names none. */
  readonly engines: string;
  keepEngines(text: string): void;
  /** The engine, for pages that run more than one migration. */
  readonly connectFleet: ConnectFleet;
  /** What measures the engine's kernels, loaded when it is asked for. */
  bench(): Promise<RunBench>;
  /** What runs engines side by side, loaded when it is asked for. */
  compare(): Promise<RunCompare>;
  openFile(file: File): Promise<void>;
  /** A preset is a new entry in the browser's history, so that Back works. */
  openPreset(id: string): Promise<void>;
}

/** A phone's bar has room for a word or two. */
const PHONE_TEXTS: Readonly<Record<string, string>> = {
  'Cancel migration': 'Cancel',
  'Back to the result': 'Result',
};

export class Actions {
  #said = $state('');
  readonly #session: () => Session;
  readonly #place: () => Place;
  /** Turns to the page that says why a move does not end, and what would help. */
  readonly explain: () => void;

  constructor(session: () => Session, place: () => Place, explain: () => void) {
    this.#session = session;
    this.#place = place;
    this.explain = explain;
  }

  /** For the status line of screen readers. */
  get said(): string {
    return this.#said;
  }

  /** What a phone's bar offers; before the start the one filled button is at the bottom edge. */
  get phoneAction(): { readonly text: string; readonly run: () => void } | null {
    const session = this.#session();
    if (session.ready || !session.moment) return null;
    const { text, run } = mainAction(session);
    if (!run) return null;
    return { text: PHONE_TEXTS[text] ?? text, run };
  }

  get subtitle(): string {
    return this.#session().scenario.title || 'Untitled';
  }

  readonly openLink = (text: string): void => this.#place().openLink(text);
  readonly openFile = (file: File): Promise<void> => this.#place().openFile(file);
  readonly openPreset = (entry: GalleryEntry): Promise<void> => this.#place().openPreset(entry.id);

  readonly save = async (): Promise<void> => {
    const { saveScenarioFile, scenarioFileName } = await import('../model/share.ts');
    const { scenario } = this.#session();
    download(scenarioFileName(scenario), saveScenarioFile(scenario), 'application/json');
    this.#said = 'The scenario was saved as a file.';
  };

  readonly exportRun = async (what: 'rounds' | 'events' | 'json'): Promise<void> => {
    const { eventsCsv, exportName, roundsCsv, runJson } = await import('../model/export.ts');
    const { log } = this.#session();
    if (!log) return;
    if (what === 'json') download(exportName(log, 'run', 'json'), runJson(log), 'application/json');
    else if (what === 'rounds') download(exportName(log, 'rounds', 'csv'), roundsCsv(log), 'text/csv');
    else download(exportName(log, 'events', 'csv'), eventsCsv(log), 'text/csv');
    this.#said = 'The file was saved.';
  };

  /** Where the clipboard is forbidden the log comes as a file. */
  readonly copyLog = async (): Promise<boolean> => {
    const { exportName, logText } = await import('../model/export.ts');
    const { log } = this.#session();
    if (!log) return false;
    try {
      await navigator.clipboard.writeText(logText(log));
      this.#said = 'The log was copied.';
      return true;
    } catch {
      download(exportName(log, 'log', 'txt'), logText(log), 'text/plain');
      this.#said = 'This page may not copy; the log was saved as a file.';
      return false;
    }
  };

  /** Changes the conditions and stays before the start. */
  readonly tryWhatIf = (whatIf: WhatIf): void => this.#session().change(whatIf.scenario);

  /** Changes the conditions and runs. */
  readonly runWhatIf = (whatIf: WhatIf): void => {
    this.#session().change(whatIf.scenario);
    void this.#session().migrate();
  };
}
