/** The report `evaluate-reward` writes and the console shows. Every accuracy comes with n and a Wilson 95% interval. */
import { z } from "zod";

export const accuracyCellSchema = z.object({
  key: z.string(),
  n: z.number().int().nonnegative(),
  correct: z.number().nonnegative(),
  accuracy: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
});
export type AccuracyCell = z.infer<typeof accuracyCellSchema>;

export const evaluationReportSchema = z.object({
  task: z.enum(["helpfulness", "safety"]),
  n: z.number().int().nonnegative(),
  overall: accuracyCellSchema,
  byStrength: z.array(accuracyCellSchema),
  bySafety: z.array(accuracyCellSchema),
  meanRewardMargin: z.number().nullable(),
  logLoss: z.number().nullable(),
  brier: z.number().nullable(),
  /** Expected calibration error over 10 equal-width bins of max(p, 1-p). */
  ece: z.number().nullable(),
  reliability: z.array(
    z.object({
      from: z.number(),
      to: z.number(),
      n: z.number(),
      confidence: z.number().nullable(),
      accuracy: z.number().nullable(),
    }),
  ),
  /** Spearman correlation of the reward margin with the length difference (characters). */
  lengthCorrelation: z.number().nullable(),
  /** Scores sigma(r) of single responses in equal bins of 0..1, by safety bin ("none" without one) and by who was chosen. */
  scores: z
    .array(
      z.object({ safety: z.string(), response: z.enum(["chosen", "rejected"]), counts: z.array(z.number().int()) }),
    )
    .optional(),
  /** Accuracy by length: (chosen - rejected) / (chosen + rejected) in characters, from..to within -1..1. Reports of old lack both. */
  byLength: z.array(accuracyCellSchema.extend({ from: z.number(), to: z.number() })).optional(),
  /** Recall of unsafe responses at score sigma(r) < 0.5, over responses whose bin tells; null when none. */
  unsafeRecall: z.object({ n: z.number(), recall: z.number().nullable() }),
  /** The pairs the model gets most wrong, by -log sigma(margin); at most 50. */
  worst: z.array(z.object({ pairId: z.string(), rewardChosen: z.number(), rewardRejected: z.number() })),
});
export type EvaluationReport = z.infer<typeof evaluationReportSchema>;
