import { describe, expect, it } from "vitest";
import { LOCALES, localeDirection, localeName } from "./locales";

describe("languages of the interface", () => {
  it("are named in their own words", () => {
    expect(LOCALES.slice(0, 2).map(localeName)).toEqual(["English", "한국어"]);
  });

  it("run the way their script runs", () => {
    expect(["en", "ko", "ar", "he", "fa", "ur", "ku", "az-Arab"].map(localeDirection)).toEqual([
      ...["ltr", "ltr", "rtl", "rtl", "rtl", "rtl", "ltr", "rtl"],
    ]);
  });
});
