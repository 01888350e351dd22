/** How a name that is not there is reported. */
export type Report = (code: string, path: string, message: string) => void;

/** Says which names there are, so that a typing mistake is seen at once. */
export function unknown(what: string, id: string, known: Iterable<string>): string {
  const names = [...known];
  const listed = names
    .slice(0, 5)
    .map((name) => `"${name}"`)
    .join(', ');
  const more = names.length > 5 ? ` and ${names.length - 5} more` : '';
  return names.length === 0
    ? `There is no ${what} "${id}"; add one with this id.`
    : `There is no ${what} "${id}"; there is ${listed}${more}.`;
}

export const idsOf = (list: readonly { readonly id: string }[]): Set<string> =>
  new Set(list.map((one) => one.id));
