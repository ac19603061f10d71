import { describe, expect, it } from "vitest";
import { localeOfHeader } from "./locales";

describe("the language of a browser", () => {
  it("is the best one that there is, by quality", () => {
    expect(localeOfHeader("fr-FR,fr;q=0.9,en;q=0.5,ko-KR;q=0.7")).toBe("ko");
    expect(localeOfHeader("ko;q=0, en-GB;q=0.1")).toBe("en");
    expect(localeOfHeader("fr")).toBeUndefined();
    expect(localeOfHeader("")).toBeUndefined();
    expect(localeOfHeader(null)).toBeUndefined();
  });

  it("finds a language that has a region or a script in its tag", () => {
    const locales = ["en", "pt-BR", "zh-Hans", "zh-Hant"] as const;
    expect(localeOfHeader("pt-br,en;q=0.9", locales)).toBe("pt-BR");
    expect(localeOfHeader("pt-PT", locales)).toBe("pt-BR");
    expect(localeOfHeader("zh-Hant", locales)).toBe("zh-Hant");
    expect(localeOfHeader("en-AU", locales)).toBe("en");
  });
});
