/** Values that were seen in a list's rows, for the fields that filter by them. */
const SUGGESTIONS_MAX = 50;

/** The same array when nothing is new, so that it can be kept in a component's state. */
export function suggestionsOf(known: string[], values: readonly (string | null)[]): string[] {
  const all = new Set(known);
  for (const value of values) if (value && all.size < SUGGESTIONS_MAX) all.add(value);
  return all.size === known.length ? known : [...all].sort();
}
