import { createHash } from 'node:crypto';

/**
 * A closing tag inside a string would end the element early, and `<!--` would change how the parser reads on.
 * Both spellings below mean the same inside a JavaScript string, template or regular expression.
 * @param {string} code
 */
const safeScript = (code) => code.replaceAll(/<\/(script)/gi, '<\\/$1').replaceAll('<!--', '\\x3C!--');

/**
 * Where parts are loaded when needed the bundler leaves a mark, and puts what to fetch beforehand there once it knows
 * the files. In one file nothing is fetched, and it forgets the mark.
 * @param {string} code
 */
const withoutPreload = (code) => code.replaceAll('__VITE_PRELOAD__', 'void 0');

/** @param {string} css */
const safeStyle = (css) => css.replaceAll(/<\/(style)/gi, '<\\/$1');

/** @param {string} text */
const sha256 = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/**
 * Puts the scripts and styles an HTML file refers to inside it, and removes their files. In a content security
 * policy the word 'sha256-inline' becomes the hash of the script, so that the page can forbid every other one.
 * @param {string} html
 * @param {Map<string, string>} files the text of every emitted file by its name
 */
export function inlineAssets(html, files) {
  /** @type {string[]} */
  const used = [];
  /** @type {string[]} */
  const hashes = [];
  const take = (/** @type {string} */ url) => {
    const name = url.replace(/^\.\//, '');
    const text = files.get(name);
    if (text === undefined)
      throw new Error(`${url} is not part of the build and cannot be put into the page`);
    used.push(name);
    return text;
  };
  const page = html
    .replaceAll(/<link\b[^>]*rel="modulepreload"[^>]*>\s*/g, '')
    .replaceAll(/<script\b[^>]*\bsrc="([^"]+)"[^>]*><\/script>/g, (_, url) => {
      const code = `\n${safeScript(take(url).trim())}\n`;
      hashes.push(sha256(code));
      return `<script type="module">${code}</script>`;
    })
    .replaceAll(/<link\b[^>]*rel="stylesheet"[^>]*\bhref="([^"]+)"[^>]*>/g, (_, url) => {
      return `<style>\n${safeStyle(take(url).trim())}\n</style>`;
    })
    .replaceAll("'sha256-inline'", () => hashes.join(' '));
  return { page, used };
}

/**
 * The build plugin: one HTML file and nothing beside it.
 * @returns {import('vite').Plugin}
 */
export function singleFile() {
  return {
    name: 'v-motion-single-file',
    enforce: 'post',
    generateBundle(_options, bundle) {
      /** @type {Map<string, string>} */
      const files = new Map();
      for (const [name, file] of Object.entries(bundle)) {
        files.set(name, file.type === 'chunk' ? withoutPreload(file.code) : String(file.source));
      }
      for (const [name, file] of Object.entries(bundle)) {
        if (file.type !== 'asset' || !name.endsWith('.html')) continue;
        const { page, used } = inlineAssets(String(file.source), files);
        file.source = page;
        for (const part of used) delete bundle[part];
      }
      const rest = Object.keys(bundle).filter((name) => !name.endsWith('.html'));
      if (rest.length > 0) this.error(`the one-file page would need ${rest.join(', ')} beside it`);
    },
  };
}
