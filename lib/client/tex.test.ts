import { describe, expect, it } from "vitest";
import { hasMath, withDollars } from "./tex";

describe("formulas in Markdown", () => {
  it("are noticed in dollars, LaTeX brackets and math fences; prices are not", () => {
    expect(["$$x$$", "so \\(x\\) is", "\\[x\\]", "```math\nx\n```"].every(hasMath)).toBe(true);
    expect(["$5 or $6", "f(x) [y]", "```js\n1\n```"].some(hasMath)).toBe(false);
  });

  it("are brought from brackets into dollars, but not inside code", () => {
    expect(withDollars("so \\( a+b \\), then")).toBe("so $$a+b$$, then");
    expect(withDollars("\\[ a\n= b \\]")).toBe("\n$$\na\n= b\n$$\n");
    expect(withDollars("so:\n\n$$a+b$$\n\nand $$c$$ too")).toBe("so:\n\n\n$$\na+b\n$$\n\n\nand $$c$$ too");
    expect(withDollars("`\\(a\\)` and\n```\n\\[b\\]\n```")).toBe("`\\(a\\)` and\n```\n\\[b\\]\n```");
  });
});
