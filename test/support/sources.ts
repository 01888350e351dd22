import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

export const root = fileURLToPath(new URL('../../', import.meta.url));

export interface Source {
  /** Relative to the checkout, with slashes. */
  readonly path: string;
  readonly text: string;
}

const made = new Set(['build', 'dist', 'node_modules', '.cache', '.git']);
const kinds = /\.(ts|js|svelte|css|html)$/;

function walk(folder: string): string[] {
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  return names
    .filter((name) => !made.has(name))
    .map((name) => join(folder, name))
    .flatMap((path) => (statSync(path).isDirectory() ? walk(path) : [path]));
}

/** Every file we wrote ourselves under some folders. */
export function sourcesUnder(...folders: string[]): Source[] {
  return folders
    .flatMap((folder) => walk(join(root, folder)))
    .filter((file) => kinds.test(file))
    .map((file) => ({
      path: relative(root, file).split(sep).join('/'),
      text: readFileSync(file, 'utf8'),
    }));
}

/** The code of a source: of a component its scripts, on the lines where they are; of a style or a page nothing. */
function codeOf({ path, text }: Source): string {
  if (/\.(css|html)$/.test(path)) return '';
  if (!path.endsWith('.svelte')) return text;
  const blank = (part: string) => part.replace(/[^\n]/g, ' ');
  let code = '';
  let end = 0;
  for (const match of text.matchAll(/(<script\b[^>]*>)([\s\S]*?)<\/script>/g)) {
    const start = match.index + (match[1]?.length ?? 0);
    code += blank(text.slice(end, start)) + (match[2] ?? '');
    end = start + (match[2]?.length ?? 0);
  }
  return code;
}

/** The syntax tree of a source, with parents. AssemblyScript reads as TypeScript does. */
export function parse(source: Source): ts.SourceFile {
  const kind = source.path.endsWith('.js') ? ts.ScriptKind.JS : ts.ScriptKind.TS;
  return ts.createSourceFile(source.path, codeOf(source), ts.ScriptTarget.Latest, true, kind);
}

export function visit(node: ts.Node, see: (node: ts.Node) => void): void {
  see(node);
  node.forEachChild((child) => visit(child, see));
}

/** Where a node is, as editors and terminals link it. */
export function place(file: ts.SourceFile, node: ts.Node): string {
  return `${file.fileName}:${file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1}`;
}
