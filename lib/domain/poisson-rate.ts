/** Findings per hour as a Poisson rate. */
import { gammaQuantile } from "./distributions";

export interface PoissonRate {
  perHour: number;
  /** Exact 95% interval (Garwood 1936): quantiles of Gamma(k) and Gamma(k + 1), divided by the time. */
  interval: [number, number];
}

/** `found` >= 0 events in `hours`; null without time, where any rate is possible. */
export function poissonRate(found: number, hours: number): PoissonRate | null {
  if (!(hours > 0)) return null;
  const low = found === 0 ? 0 : gammaQuantile(0.025, found);
  return { perHour: found / hours, interval: [low / hours, gammaQuantile(0.975, found + 1) / hours] };
}
