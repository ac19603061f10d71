import { describe, expect, it } from "vitest";
import { isSearchable } from "@/lib/domain/lists";
import { changeListQuery, type ListFilter, readColumns, readListQuery, viewQuery } from "./list-query";

const filters: ListFilter[] = [
  { name: "state", label: "State", kind: "select", options: [{ value: "open", label: "Open" }] },
  { name: "search", label: "Search", kind: "text" },
];
const columns = [{ key: "prompt" }, { key: "state" }, { key: "order", hidden: true }];
const of = (text: string) => new URLSearchParams(text);

describe("a list's query string", () => {
  it("gives the filters' values and ignores what they do not take", () => {
    expect(readListQuery(of("state=open&search=%20tea%20&other=1"), filters)).toEqual({ state: "open", search: "tea" });
    expect(readListQuery(of("state=secret&search="), filters)).toEqual({});
  });

  it("leaves out what is too short to be asked for", () => {
    const search: ListFilter[] = [{ name: "search", label: "Search", kind: "text", isEnough: isSearchable }];
    for (const text of ["a", "to", "가", "a 1", "?!."]) expect(readListQuery(of(`search=${text}`), search)).toEqual({});
    for (const text of ["tea", "휴가", "旅行", "a to"])
      expect(readListQuery(of(`search=${text}`), search)).toEqual({ search: text });
  });

  it("gives the columns in the list's order, and always one", () => {
    expect(readColumns(of(""), columns)).toEqual(["prompt", "state"]);
    expect(readColumns(of("columns=order,prompt,bogus"), columns)).toEqual(["prompt", "order"]);
    expect(readColumns(of("columns=bogus"), columns)).toEqual(["prompt"]);
  });

  it("changes some values and leaves the others", () => {
    expect(changeListQuery(of("state=open&tab=2"), { state: "", search: "a b" })).toBe("tab=2&search=a+b");
  });

  it("is kept in one order and without foreign names", () => {
    expect(viewQuery(of("search=x&tab=2&state=open&columns=state"), filters)).toBe(
      viewQuery(of("columns=state&state=open&search=x"), filters),
    );
    expect(viewQuery(of("tab=2"), filters)).toBe("");
  });
});
