import ts from 'typescript';
import { parse, place, visit, type Source } from '../support/sources.ts';

/** What an unlabelled `break` would end instead of the switch around it. */
function ownsBreak(node: ts.Node): boolean {
  return ts.isSwitchStatement(node) || ts.isIterationStatement(node, false) || ts.isFunctionLike(node);
}

function breaksUnderCondition(node: ts.Node, underCondition: boolean): boolean {
  if (ts.isBreakStatement(node)) return underCondition && !node.label;
  if (ownsBreak(node)) return false;
  const inner = underCondition || ts.isIfStatement(node);
  return ts.forEachChild(node, (child) => breaksUnderCondition(child, inner)) ?? false;
}

/**
 * The AssemblyScript compiler drops the code after a switch whose only way out is a `break` under an `if`, where a
 * default is there and every case returns, continues or throws: asc 0.28.20 then thinks that the end is never
 * reached. We refuse every conditional break of a switch, because whether it is the only way out changes with the
 * next edit of another case. A switch that only returns compiles well and is allowed.
 */
export function switchViolations(source: Source): string[] {
  const file = parse(source);
  const found: string[] = [];
  visit(file, (node) => {
    if (!ts.isSwitchStatement(node)) return;
    const clauses = node.caseBlock.clauses.flatMap((clause) => [...clause.statements]);
    if (!clauses.some((statement) => breaksUnderCondition(statement, false))) return;
    found.push(`${place(file, node)} has a switch with a break under an if: end its case with a plain break`);
  });
  return found;
}
