/** A list's state as a query string: its filters, and the columns that are shown. */

/** One filter of a list. `options` are the only values it takes; `text`, `number` and `date` take what is typed. */
export interface ListFilter {
  name: string;
  label: string;
  kind: "select" | "text" | "number" | "date";
  options?: readonly { value: string; label: string }[];
  /** Offered while typing. */
  suggestions?: readonly string[];
  /** Whether what is typed can be asked for; until then nothing is asked, and the filter says what is missing. */
  isEnough?: (text: string) => boolean;
}

export const COLUMNS_NAME = "columns";

/** What an address says to a list. Values that a filter does not take are left out. */
export function readListQuery(search: URLSearchParams, filters: readonly ListFilter[]): Record<string, string> {
  const values: Record<string, string> = {};
  for (const filter of filters) {
    const value = search.get(filter.name)?.trim();
    if (!value) continue;
    if (filter.options && !filter.options.some((option) => option.value === value)) continue;
    if (filter.isEnough && !filter.isEnough(value)) continue;
    values[filter.name] = value;
  }
  return values;
}

/** The shown columns, in the list's order: what the address names, else those that are not hidden at first. */
export function readColumns(
  search: URLSearchParams,
  columns: readonly { key: string; hidden?: boolean | undefined }[],
): string[] {
  const wanted = search.get(COLUMNS_NAME)?.split(",");
  const shown = columns.filter(({ key, hidden }) => (wanted ? wanted.includes(key) : !hidden)).map(({ key }) => key);
  return shown.length > 0 ? shown : columns.slice(0, 1).map(({ key }) => key);
}

/** The query string with some values changed; "" takes one out. Other names stay. */
export function changeListQuery(search: URLSearchParams, changes: Record<string, string>): string {
  const next = new URLSearchParams(search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === "") next.delete(name);
    else next.set(name, value);
  }
  return next.toString();
}

/** What a saved view keeps: only names that belong to the list, in one order, so that equal views are equal texts. */
export function viewQuery(search: URLSearchParams, filters: readonly ListFilter[]): string {
  const kept = new URLSearchParams();
  for (const name of [...filters.map((filter) => filter.name), COLUMNS_NAME].sort()) {
    const value = search.get(name);
    if (value) kept.set(name, value);
  }
  return kept.toString();
}
