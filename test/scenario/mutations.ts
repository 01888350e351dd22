// Damage to links, as a mail program, a joker or an attacker would do it. The same seed does the same damage.
import { checksum, fromBase64Url, inflateText, toBase64Url } from '../../web/scenario/codec.ts';
import { encodeLink, LINK_ERRORS, readLink, sealPayload } from '../../web/scenario/link.ts';
import { canonicalText } from '../../web/scenario/canonical.ts';

export interface Dice {
  /** A whole number from 0 up to, not with, `count`. */
  below(count: number): number;
  pick<T>(list: readonly T[]): T;
}

/** SplitMix32: one multiplication chain a draw, any seed will do. */
export function dice(seed: number): Dice {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
  const below = (count: number) => Math.floor((next() / 4_294_967_296) * count);
  return { below, pick: (list) => list[below(list.length)]! };
}

const CHARACTERS = 'ABCxyz019-_.=&#%+~ \n…é\u0000/"';

/** A few characters replaced, removed, inserted, repeated or cut off; also of JSON. */
export function damageText(text: string, random: Dice): string {
  let result = text;
  for (let times = random.below(3) + 1; times > 0; times--) {
    const at = random.below(result.length + 1);
    const length = random.below(6);
    const kind = random.below(6);
    if (kind === 0) result = result.slice(0, at);
    else if (kind === 1) result = result.slice(0, at) + result.slice(at + 1 + length);
    else if (kind === 2) result = result.slice(0, at) + random.pick([...CHARACTERS]) + result.slice(at);
    else if (kind === 3) result = result.slice(0, at) + random.pick([...CHARACTERS]) + result.slice(at + 1);
    else if (kind === 4)
      result = result.slice(0, at) + result.slice(Math.max(0, at - length), at) + result.slice(at);
    else result = result.slice(0, at) + String(random.below(12)) + result.slice(at + 1);
  }
  return result;
}

const ODD_VALUES: readonly unknown[] = [
  ...[null, true, false, 0, -1, 1, 1.5, 4096, 1e308, -1e308, 9007199254740991, 9007199254740993, 2 ** 40],
  ...['', 'x', 'constructor', '__proto__', 'database', '\u0000', '\ud800', 'a'.repeat(5_000)],
  ...[[], {}, [[]], [null], [{}], { id: [] }, { id: ['a', 'a'] }, { id: null }],
];
const ODD_KEYS = [
  '__proto__',
  'constructor',
  'toString',
  'length',
  'id',
  's',
  'p',
  'd',
  'm',
  'schema',
  'vms',
  '',
  '0',
];

/** One value somewhere in the tree replaced, removed, doubled or added. */
function damageJson(json: string, random: Dice): string {
  const root = { json: JSON.parse(json) as unknown };
  let at: Record<string, unknown> | unknown[] = root;
  let key: string | number = 'json';
  for (let depth = random.below(8); depth > 0; depth--) {
    const inner: unknown = (at as Record<string, unknown>)[key];
    if (typeof inner !== 'object' || inner === null) break;
    const keys = Object.keys(inner);
    if (keys.length === 0) break;
    at = inner as Record<string, unknown>;
    key = random.pick(keys);
  }
  const holder = at as Record<string, unknown>;
  const kind = random.below(5);
  if (kind === 0) delete holder[key];
  else if (kind === 1 && Array.isArray(at)) at.push(at[random.below(at.length)]);
  else if (kind === 2) addKey(holder[key], random);
  else {
    const before = holder[key];
    holder[key] = typeof before === 'number' && kind === 3 ? nearby(before, random) : random.pick(ODD_VALUES);
  }
  return JSON.stringify(root.json) ?? 'null';
}

function nearby(value: number, random: Dice): number {
  return random.pick([value + 1, value - 1, value * 2, value / 2, value + 4096, value * 1024, -value]);
}

function addKey(target: unknown, random: Dice): void {
  if (typeof target !== 'object' || target === null) return;
  const value = random.pick(ODD_VALUES);
  if (Array.isArray(target)) {
    target.push(value);
    return;
  }
  Object.defineProperty(target, random.pick(ODD_KEYS), {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

/** Damage that has its checksum right: what an attacker sends, and what reaches the code behind the checksum. */
function resealed(link: string, random: Dice): string {
  const payload = link.split('.')[1]!;
  const bytes = fromBase64Url(payload)!;
  const kind = random.below(4);
  if (kind <= 1) {
    const json = inflateText(bytes, 1 << 20);
    if (!json.ok) throw new Error('the link to damage must be valid');
    return `#s=${sealPayload(kind === 0 ? damageText(json.value, random) : damageJson(json.value, random))}`;
  }
  if (kind === 2) {
    const broken = bytes.slice(0, random.below(4) === 0 ? random.below(bytes.length + 1) : bytes.length);
    for (let times = random.below(4) + 1; times > 0 && broken.length > 0; times--) {
      broken[random.below(broken.length)] = random.below(256);
    }
    return sealText(toBase64Url(broken));
  }
  return sealText(damageText(payload, random));
}

const sealText = (payload: string) => `#s=1.${payload}.${checksum(payload)}`;

export function mutateLink(link: string, random: Dice): string {
  return random.below(2) === 0 ? damageText(link, random) : resealed(link, random);
}

const CODES: ReadonlySet<string> = new Set(LINK_ERRORS);

/** What became of a link: 'valid' or its first error's code. Throws where a promise of the codec is broken. */
export function judgeLink(link: string): string {
  const result = readLink(link);
  if (!result.ok) {
    const [first] = result.error;
    const typed = result.error.every(
      (one) => CODES.has(one.code) && one.message.length > 10 && one.message.length < 600,
    );
    if (!first || !typed) throw new Error(`untyped: ${JSON.stringify(result.error)}`);
    return first.code;
  }
  const again = encodeLink(result.value.scenario);
  if (!again.ok) {
    if (again.error[0]?.code === 'link.too-big') return 'valid';
    throw new Error(`does not encode: ${JSON.stringify(again.error)}`);
  }
  const back = readLink(again.value);
  if (!back.ok || canonicalText(back.value.scenario) !== canonicalText(result.value.scenario))
    throw new Error('not stable');
  return 'valid';
}

/** Damages valid links `count` times and counts what came out; an exception names the mutation that made it. */
export function surveyMutations(
  links: readonly string[],
  firstSeed: number,
  count: number,
): Map<string, number> {
  const counts = new Map<string, number>();
  for (let index = 0; index < count; index++) {
    const link = mutateLink(links[index % links.length]!, dice((firstSeed + index) >>> 0));
    let verdict: string;
    try {
      verdict = judgeLink(link);
    } catch (error) {
      throw new Error(`seed ${firstSeed + index}: ${link.slice(0, 300)}`, { cause: error });
    }
    counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  }
  return counts;
}
