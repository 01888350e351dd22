/** What a reader has chosen for all scenarios. Storage may be forbidden or full: then the choice lasts as long as the page. */

/** The last two are asked for by an address: for eyes and rooms that need more. */
export type Theme = 'auto' | 'light' | 'dark' | 'contrast' | 'projector';
const THEMES: readonly Theme[] = ['auto', 'light', 'dark'];

/** localStorage, or something like it. Each call may throw. */
export interface Store {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

const THEME_KEY = 'v-motion.theme';
const SHORTCUTS_KEY = 'v-motion.shortcuts';

export class Preferences {
  #theme = $state<Theme>('auto');
  #shortcuts = $state(true);
  readonly #store: () => Store;

  /** `store` is a function because in some frames it already throws to name it. */
  constructor(store: () => Store, theme: Theme | null = null) {
    this.#store = store;
    const kept = this.#read(THEME_KEY);
    this.#theme = theme ?? THEMES.find((one) => one === kept) ?? 'auto';
    this.#shortcuts = this.#read(SHORTCUTS_KEY) !== 'off';
  }

  get theme(): Theme {
    return this.#theme;
  }
  /** Keys that act without Ctrl: they can be turned off, because speech input types them by accident. */
  get shortcuts(): boolean {
    return this.#shortcuts;
  }

  nextTheme(): void {
    this.#theme = THEMES[(THEMES.indexOf(this.#theme) + 1) % THEMES.length] as Theme;
    this.#write(THEME_KEY, this.#theme);
  }
  setShortcuts(on: boolean): void {
    this.#shortcuts = on;
    this.#write(SHORTCUTS_KEY, on ? 'on' : 'off');
  }

  #read(key: string): string | null {
    try {
      return this.#store().getItem(key);
    } catch {
      return null;
    }
  }
  #write(key: string, value: string): void {
    try {
      this.#store().setItem(key, value);
    } catch {
      // Kept for this page only.
    }
  }
}
