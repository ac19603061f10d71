import { describe, expect, it } from "vitest";
import { verifyWebhook } from "../../tests/support/verify-webhook";
import { ATTEMPTS_MAX, retrySeconds, signWebhook } from "./webhooks";

/** The example of the Standard Webhooks specification and its libraries. */
const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
const timestampSeconds = 1_614_265_330;
const body = '{"test": 2432232314}';
const signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

describe("a webhook's signature", () => {
  it("is the one of the Standard Webhooks specification", () => {
    expect(signWebhook({ secret, id, timestampSeconds, body })).toBe(signature);
  });

  const headers = { id, timestamp: String(timestampSeconds), signature };
  const check = (change: Partial<Parameters<typeof verifyWebhook>[0]>) =>
    verifyWebhook({ secret, headers, body, nowSeconds: timestampSeconds + 10, ...change });

  it("holds for what was sent, among others during a change of keys", () => {
    expect(check({})).toBe(true);
    expect(check({ headers: { ...headers, signature: `v1,AAAA ${signature}` } })).toBe(true);
  });

  it.each([
    ["another body", { body: `${body} ` }],
    ["another id", { headers: { ...headers, id: "msg_other" } }],
    ["another key", { secret: "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" }],
    ["an old timestamp", { nowSeconds: timestampSeconds + 301 }],
    ["a timestamp ahead", { nowSeconds: timestampSeconds - 301 }],
    ["no number as timestamp", { headers: { ...headers, timestamp: "now" } }],
    ["a cut signature", { headers: { ...headers, signature: signature.slice(0, -1) } }],
  ])("does not hold for %s", (_, change) => {
    expect(check(change)).toBe(false);
  });
});

describe("retries", () => {
  it("wait longer each time, with some chance, and end", () => {
    const waits = Array.from({ length: ATTEMPTS_MAX }, (_, index) => retrySeconds(index + 1, () => 0));
    expect(waits.at(-1)).toBeNull();
    const numbers = waits.slice(0, -1).map(Number);
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    expect(retrySeconds(1, () => 1)).toBeCloseTo(1.2 * numbers[0]!);
  });
});
