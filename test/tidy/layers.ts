import { posix } from 'node:path';
import ts from 'typescript';
import { parse, place, visit, type Source } from '../support/sources.ts';

export interface Layer {
  /** The files of the layer, by their paths. The first layer of the table that fits has the file. */
  readonly files: RegExp;
  /** Names of other layers it may import. It may always import itself. */
  readonly layers: readonly string[];
  /** Layers of which it may import types only. */
  readonly typesOf?: readonly string[];
  /** Single files of other layers, as patterns of their paths. */
  readonly modules?: readonly RegExp[];
  /** Packages, as patterns of their names. */
  readonly packages: readonly RegExp[];
}

const svelte = /^svelte(\/|$)/;
const wasm = /^assembly\/build\/vmotion(\.debug)?\.wasm$/;
const product = ['assembly', 'base', 'scenario', 'sim', 'worker', 'layout', 'model', 'view'];

/** Who may import whom. What is not here is forbidden; section 2 of web/README.md says the same in words. */
export const layers: Readonly<Record<string, Layer>> = {
  assembly: { files: /^assembly\//, layers: [], packages: [] },
  base: { files: /^web\/base\//, layers: [], packages: [/^@noble\/hashes\//] },
  scenario: { files: /^web\/scenario\//, layers: ['base'], packages: [/^valibot$/, /^fflate$/] },
  sim: { files: /^web\/sim\//, layers: ['base', 'scenario'], packages: [] },
  headless: {
    files: /^web\/worker\/(simulate|headless|validate-)/,
    layers: ['base', 'scenario', 'sim', 'worker'],
    modules: [wasm],
    packages: [/^comlink$/, /^node:/],
  },
  worker: {
    files: /^web\/worker\//,
    layers: ['base', 'scenario', 'sim'],
    modules: [wasm],
    packages: [/^comlink$/],
  },
  layout: {
    files: /^web\/layout\//,
    layers: ['base'],
    typesOf: ['scenario', 'sim'],
    packages: [/^d3(-|$)/],
  },
  model: {
    files: /^web\/model\//,
    layers: ['base', 'scenario', 'sim'],
    modules: [/^web\/worker\/(client|protocol)\.ts$/],
    packages: [svelte],
  },
  view: { files: /^web\/view\//, layers: ['base', 'model', 'layout'], packages: [svelte] },
  app: { files: /^web\/app\//, layers: product, packages: [/./] },
  test: { files: /^test\//, layers: [...product, 'headless', 'app', 'tools'], packages: [/./] },
  // The build is no part of the product: it may use what it likes, and only tests use it.
  tools: { files: /^web\/(tools\/|[\w.-]+\.config\.[jt]s$)/, layers: [], packages: [/./] },
};

export interface Import {
  readonly specifier: string;
  readonly typeOnly: boolean;
  readonly at: string;
}

function isTypeOnly(node: ts.Node): boolean {
  if (ts.isImportTypeNode(node)) return true;
  if (ts.isExportDeclaration(node)) return node.isTypeOnly;
  if (!ts.isImportDeclaration(node)) return false;
  const clause = node.importClause;
  if (!clause) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const named = clause.namedBindings;
  if (clause.name || !named || !ts.isNamedImports(named)) return false;
  return named.elements.length > 0 && named.elements.every((element) => element.isTypeOnly);
}

function specifierOf(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isImportTypeNode(node))
    return ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined;
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
    return node.arguments[0];
  // A worker or an asset is also imported by `new URL('./file', import.meta.url)`.
  const isUrl = ts.isNewExpression(node) && node.expression.getText() === 'URL';
  return isUrl && node.arguments?.[1]?.getText() === 'import.meta.url' ? node.arguments[0] : undefined;
}

export function importsOf(source: Source): Import[] {
  const file = parse(source);
  const found: Import[] = [];
  visit(file, (node) => {
    const literal = specifierOf(node);
    if (!literal || !ts.isStringLiteralLike(literal)) return;
    found.push({ specifier: literal.text, typeOnly: isTypeOnly(node), at: place(file, node) });
  });
  return found;
}

export function layerOf(path: string): string | undefined {
  return Object.keys(layers).find((name) => layers[name]?.files.test(path));
}

/** The name of the package a bare specifier belongs to. */
export function packageOf(specifier: string): string {
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? specifier);
}

function mayImport(name: string, layer: Layer, from: string, { specifier, typeOnly }: Import): boolean {
  if (!specifier.startsWith('.')) return layer.packages.some((known) => known.test(specifier));
  const target = posix.join(posix.dirname(from), specifier.replace(/\?.*$/, ''));
  if (layer.modules?.some((known) => known.test(target))) return true;
  const other = layerOf(target);
  // Only the tests and the tools may reach for files outside every layer, such as package.json.
  if (!other) return name === 'test' || name === 'tools';
  return other === name || layer.layers.includes(other) || (typeOnly && !!layer.typesOf?.includes(other));
}

function allowed(layer: Layer): string {
  const types = (layer.typesOf ?? []).map((name) => `types of ${name}`);
  const modules = (layer.modules ?? []).map((known) => known.source);
  const packages = layer.packages.map((known) => known.source);
  return [...layer.layers, ...types, ...modules, ...packages].join(', ') || 'nothing else';
}

/** One sentence for each import that the table does not allow. */
export function layerViolations(source: Source): string[] {
  const name = layerOf(source.path);
  const layer = name === undefined ? undefined : layers[name];
  const imports = importsOf(source);
  if (name === undefined || !layer) {
    return imports.map(({ at, specifier }) => `${at} imports ${specifier}, but its folder is in no layer`);
  }
  return imports
    .filter((found) => !mayImport(name, layer, source.path, found))
    .map(({ at, specifier }) => `${at} imports ${specifier}; ${name} may import ${allowed(layer)}`);
}
