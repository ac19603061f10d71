import { describe, expect, it } from "vitest";
import { decidePromotion, type HeldoutResult } from "./promotion";

const result = (accuracy: number | null, logLoss: number | null = 0.6, n = 100): HeldoutResult => ({
  n,
  accuracy,
  logLoss,
});

describe("decidePromotion", () => {
  it("promotes the first model, even without held-out pairs", () => {
    expect(decidePromotion(result(null, null, 0), null).promote).toBe(true);
  });
  it("promotes on higher held-out accuracy only", () => {
    expect(decidePromotion(result(0.64), result(0.63)).promote).toBe(true);
    expect(decidePromotion(result(0.62), result(0.63)).promote).toBe(false);
  });
  it("lets log-loss decide a tie, and keeps the model in service on a draw", () => {
    expect(decidePromotion(result(0.63, 0.59), result(0.63, 0.6)).promote).toBe(true);
    expect(decidePromotion(result(0.63, 0.6), result(0.63, 0.6)).promote).toBe(false);
    expect(decidePromotion(result(0.63, null), result(0.63, 0.6)).promote).toBe(false);
  });
  it("never promotes on nothing, or on other pairs than the rival's", () => {
    expect(decidePromotion(result(null, null, 0), result(null, null, 0)).promote).toBe(false);
    expect(decidePromotion(result(0.9, 0.1, 10), result(0.6, 0.6, 100)).promote).toBe(false);
  });
  it("says the figures", () => {
    expect(decidePromotion(result(0.64), result(0.625)).reason).toContain("64.0% against 62.5% on 100");
  });
});
