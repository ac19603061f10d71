/** When a campaign will be done, from its last days. Ours: the paper gives no planning method. */
import { studentQuantile } from "./distributions";

export interface Forecast {
  /** Judgements a day, over the days given. */
  perDay: number;
  /** Days from now; null when nothing moves. */
  days: number | null;
  /** 95%, by Student's t on the days' counts; the late end is null when the pace may as well be none. */
  interval: [number, number | null] | null;
}

/** `daily`: judgements of each recent whole day, days without any included. `remaining`: judgements still wanted. */
export function forecastFinish(daily: readonly number[], remaining: number): Forecast {
  const n = daily.length;
  const perDay = n === 0 ? 0 : daily.reduce((sum, count) => sum + count, 0) / n;
  if (remaining <= 0) return { perDay, days: 0, interval: null };
  if (perDay === 0) return { perDay, days: null, interval: null };
  const days = remaining / perDay;
  if (n < 2) return { perDay, days, interval: null };
  const squares = daily.reduce((sum, count) => sum + (count - perDay) ** 2, 0);
  const reach = studentQuantile(0.975, n - 1) * Math.sqrt(squares / (n - 1) / n);
  return {
    perDay,
    days,
    interval: [remaining / (perDay + reach), perDay > reach ? remaining / (perDay - reach) : null],
  };
}
