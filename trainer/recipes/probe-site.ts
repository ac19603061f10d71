/** Where in a model a probe reads. */

export const POOLINGS = ["last", "mean"] as const;
export type Pooling = (typeof POOLINGS)[number];

/** Where a probe reads: after this many decoder layers; the last one includes the final norm, as in Hugging Face's `hidden_states`. */
export interface ProbeSite {
  block: number;
  pooling: Pooling;
}

/** A row of the table that a run writes: how a site did at its best penalty. */
export interface SiteResult extends ProbeSite {
  l2: number;
  logLoss: number;
  accuracy: number;
}
