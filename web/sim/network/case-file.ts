/** Files of sharing cases: one JSON object a line. What is wrong is said with the line and the field. */
import { fail, ok, type Problem, type Result } from '../../base/result.ts';
import type { FluidCase, FluidFlow } from './fluid.ts';

export interface SharingCase extends FluidCase {
  /** As the file names it, or the index of the case. */
  readonly id: string | number;
  /** What another solver found, in flow order, null for a flow that never ends; absent where nobody was asked. */
  readonly finishSeconds: readonly (number | null)[] | null;
}

type Fields = Readonly<Record<string, unknown>>;

/** Blank lines do not count. All problems of all lines are reported; `path` is "line 3: flows[2].bytes". */
export function parseCases(text: string): Result<SharingCase[], Problem[]> {
  const problems: Problem[] = [];
  const cases: SharingCase[] = [];
  text.split(/\r?\n/).forEach((line, index) => {
    if (line.trim() === '') return;
    const found = new Complaints(`line ${index + 1}`);
    const one = parseCase(line, cases.length, found);
    problems.push(...found.problems);
    // A case with problems still counts, so that those after it keep their index.
    cases.push(one);
  });
  if (cases.length === 0) problems.push({ code: 'case.none', message: 'There is no case in it.', path: '' });
  return problems.length > 0 ? fail(problems) : ok(cases);
}

class Complaints {
  readonly problems: Problem[] = [];
  constructor(readonly line: string) {}

  add(field: string, message: string): void {
    const path = field === '' ? this.line : `${this.line}: ${field}`;
    this.problems.push({ code: 'case.invalid', message, path });
  }
}

function parseCase(line: string, index: number, found: Complaints): SharingCase {
  const fields = fieldsOf(line, found);
  const nothing = { id: index, linkBytesPerSecond: [], flows: [], finishSeconds: null };
  if (!fields) return nothing;
  const { id = index, linkBytesPerSecond: links, flows, finishSeconds: finish = null } = fields;
  if (typeof id !== 'string' && typeof id !== 'number') found.add('id', 'must be a text or a number.');
  if (!Array.isArray(links)) found.add('linkBytesPerSecond', 'must be a list of bytes per second.');
  if (!Array.isArray(flows)) found.add('flows', 'must be a list of flows.');
  if (!Array.isArray(links) || !Array.isArray(flows)) return nothing;
  links.forEach((link, nth) => checkAmount(link, `linkBytesPerSecond[${nth}]`, found));
  flows.forEach((flow, nth) => checkFlow(flow, `flows[${nth}]`, links.length, found));
  checkFinish(finish, flows.length, found);
  if (found.problems.length > 0) return nothing;
  return {
    id: id as string | number,
    linkBytesPerSecond: links as number[],
    flows: (flows as FluidFlow[]).map((flow) => ({
      ...flow,
      capBytesPerSecond: flow.capBytesPerSecond ?? null,
    })),
    finishSeconds: finish as SharingCase['finishSeconds'],
  };
}

function fieldsOf(line: string, found: Complaints): Fields | null {
  try {
    const value: unknown = JSON.parse(line);
    if (isObject(value)) return value;
    found.add('', 'must be a JSON object.');
  } catch {
    found.add('', 'is no JSON.');
  }
  return null;
}

function checkFlow(flow: unknown, path: string, linkCount: number, found: Complaints): void {
  if (!isObject(flow)) return found.add(path, 'must be an object.');
  const { startSeconds, bytes, capBytesPerSecond: cap = null, links } = flow;
  checkAmount(startSeconds, `${path}.startSeconds`, found);
  checkAmount(bytes, `${path}.bytes`, found);
  if (cap !== null) checkAmount(cap, `${path}.capBytesPerSecond`, found);
  if (!Array.isArray(links)) return found.add(`${path}.links`, 'must be a list of indexes of links.');
  links.forEach((link: unknown, nth) => {
    const known = Number.isInteger(link) && (link as number) >= 0 && (link as number) < linkCount;
    if (!known)
      found.add(
        `${path}.links[${nth}]`,
        `must be the index of a link, 0 to ${linkCount - 1}, but is ${shown(link)}.`,
      );
  });
  if (new Set(links).size < links.length) found.add(`${path}.links`, 'must name each link once.');
  if (links.length === 0 && cap === null)
    found.add(`${path}.links`, 'must name a link, or the flow needs a cap: nothing limits its rate.');
}

function checkFinish(finish: unknown, flowCount: number, found: Complaints): void {
  if (finish === null) return;
  if (!Array.isArray(finish) || finish.length !== flowCount)
    return found.add('finishSeconds', `must be a list of ${flowCount} numbers, one for each flow.`);
  finish.forEach((seconds: unknown, nth) => {
    if (seconds !== null) checkAmount(seconds, `finishSeconds[${nth}]`, found);
  });
}

function checkAmount(value: unknown, path: string, found: Complaints): void {
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return;
  found.add(
    path,
    value === undefined ? 'is missing.' : `must be a number from 0 on, but is ${shown(value)}.`,
  );
}

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const shown = (value: unknown) => JSON.stringify(value).slice(0, 40);
