import ts from 'typescript';
import { parse, place, visit, type Source } from '../support/sources.ts';

/** A rule finds what is wrong in one source; each sentence starts with the place. */
export type Rule = (source: Source) => string[];

function onLines(pattern: RegExp, complaint: string): Rule {
  return ({ path, text }) =>
    text.split('\n').flatMap((line, index) => {
      const match = pattern.exec(line);
      return match ? [`${path}:${index + 1} ${complaint}: ${match[0].trim()}`] : [];
    });
}

function onNodes(wrong: (node: ts.Node) => boolean, complaint: string): Rule {
  return (source) => {
    const file = parse(source);
    const found: string[] = [];
    visit(file, (node) => {
      if (wrong(node)) found.push(`${place(file, node)} ${complaint}: ${node.getText(file).split('\n')[0]}`);
    });
    return found;
  };
}

/** Globals that tell the time, draw lots, or follow the machine's language. */
const unsteady = new Set(['Date', 'performance', 'crypto', 'Intl', 'setTimeout', 'setInterval']);
const unsteadyProperties = new Set(['localeCompare', 'toLocaleString', 'hrtime']);

function isUnsteady(node: ts.Node): boolean {
  if (ts.isPropertyAccessExpression(node)) {
    if (unsteadyProperties.has(node.name.text)) return true;
    return node.expression.getText() === 'Math' && node.name.text === 'random';
  }
  if (!ts.isIdentifier(node) || !unsteady.has(node.text)) return false;
  // The name of a member is no global, and neither is a name in an import.
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) && parent.name === node) return false;
  return !ts.isPropertyAssignment(parent) && !ts.isPropertySignature(parent) && !ts.isImportSpecifier(parent);
}

export const noClockOrChance = onNodes(isUnsteady, 'uses a clock, chance or the language of the machine');

const inexact = new Set([
  ...['acos', 'acosh', 'asin', 'asinh', 'atan', 'atan2', 'atanh', 'cbrt', 'cos', 'cosh', 'exp', 'expm1'],
  ...['hypot', 'log', 'log10', 'log1p', 'log2', 'pow', 'sin', 'sinh', 'tan', 'tanh'],
]);

/** In assembly/ these functions are compiled into the wasm and are the same everywhere; in JavaScript they are not. */
export const noInexactMaths = onNodes((node) => {
  if (ts.isBinaryExpression(node)) {
    // A power of whole literals, as 2 ** 28, is exact; any other power is Math.pow under another name.
    const whole = [node.left, node.right].every((side) => /^\d+$/.test(side.getText()));
    return node.operatorToken.kind === ts.SyntaxKind.AsteriskAsteriskToken && !whole;
  }
  if (!ts.isPropertyAccessExpression(node)) return false;
  return node.expression.getText() === 'Math' && inexact.has(node.name.text);
}, 'uses a function whose last bit may differ');

const testNames = new Set(['test', 'it', 'describe', 'suite', 'bench']);
const silent = new Set(['skip', 'only', 'to' + 'do', 'skipIf', 'runIf', 'fails']);

/** A test that is left out, or that leaves out the others, looks like one that passes. */
export const noSilentTest = onNodes((node) => {
  if (!ts.isPropertyAccessExpression(node) || !silent.has(node.name.text)) return false;
  const [first] = node.expression.getText().split('.');
  return first !== undefined && testNames.has(first);
}, 'leaves a test out');

// The words are put together here so that this file does not break its own rules.
const unfinished = ['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X'].join('|');
export const noUnfinishedWork = onLines(
  new RegExp(`\\b(${unfinished})\\b|\\b(${'st' + 'ub'}(s|bed)?|not (yet )?${'implemented'})\\b`, 'i'),
  'is not finished',
);

const homes = ['home', 'root', 'Users', 'work', 'tmp', 'mnt', 'opt'].join('|');
export const noMachinePath = onLines(
  new RegExp(`(^|[\\s'"\`(=])(/(${homes})/[\\w.-]|[A-Z]:\\\\{1,2}Users)`),
  'names a path of one machine',
);

/** Text from a link or a file must never become markup. */
export const noRawHtml = onLines(
  new RegExp(`\\{@${'html'}|\\.(inner|outer)${'HTML'}\\b\\s*=|insertAdjacent${'HTML'}`),
  'writes raw HTML',
);

export const maxLines = 450;

/** A file one can read in one sitting. */
export const notTooLong: Rule = ({ path, text }) => {
  const count = text.trimEnd().split('\n').length;
  return count > maxLines
    ? [`${path} has ${count} lines, more than ${maxLines}: split it by what it does`]
    : [];
};
