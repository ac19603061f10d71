/** `npm run bench:queue -- --items N --annotators N [--rate R] [--seconds S] [--warm-up S] [--drafts 1]` */
export interface QueueBenchOptions {
  items: number;
  annotators: number;
  /** Lease-and-submit cycles per second, started on the clock whatever the answers take (open loop); null = as fast as they come. */
  rate: number | null;
  seconds: number;
  warmUpSeconds: number;
  /** Each cycle also keeps a draft, and each annotator sends a heartbeat a minute, as the screen does. */
  drafts: boolean;
}

export function parseQueueOptions(args: readonly string[]): QueueBenchOptions {
  const known = ["items", "annotators", "rate", "seconds", "warm-up", "drafts"];
  const values = new Map<string, number>();
  for (let at = 0; at < args.length; at += 2) {
    const name = (args[at] ?? "").replace(/^--/, "");
    if (!known.includes(name)) throw new Error(`unknown option ${args[at]}; there are --${known.join(", --")}`);
    const value = Number(args[at + 1]);
    if (!(value > 0)) throw new Error(`--${name}: needs a number above 0`);
    values.set(name, value);
  }
  return {
    items: values.get("items") ?? 1000,
    annotators: values.get("annotators") ?? 8,
    rate: values.get("rate") ?? null,
    seconds: values.get("seconds") ?? 20,
    warmUpSeconds: values.get("warm-up") ?? 5,
    drafts: values.has("drafts"),
  };
}
