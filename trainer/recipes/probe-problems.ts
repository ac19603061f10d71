/** From features and targets to the logistic problems of a probe. */
import type { SafetyLabel } from "../core/losses";
import type { ModelConfig } from "../core/model-config";
import type { ProbeFeatures } from "./probe-features";
import type { Folds } from "./probe-folds";
import type { SafetyData } from "./probe-head";
import { chooseProducts } from "./probe-products";
import type { LogisticData } from "./probe-selection";
import { POOLINGS, type ProbeSite } from "./probe-site";

export interface Targets {
  folds: Folds;
  margins: Float64Array;
  weights: Float64Array;
  /** Of chosen and rejected in turn; null when safety is not asked for. */
  labels: SafetyLabel[] | null;
  safetyAuxiliaryWeight: number;
}

/** Features stay in memory while sites are compared; beyond this, fewer blocks are read. */
const FEATURE_BYTES_MAX = 4e9;

/** Every block, or evenly spaced ones with the last among them where all would not fit. */
export function blocksToRead(
  { layerCount, hiddenSize }: Pick<ModelConfig, "layerCount" | "hiddenSize">,
  pairs: number,
  withResponses: boolean,
  bytesMax = FEATURE_BYTES_MAX,
): { blocks: number[]; note: string | null } {
  const bytesPerBlock = pairs * POOLINGS.length * hiddenSize * 4 * (withResponses ? 2 : 1);
  const count = Math.max(1, Math.min(layerCount, Math.floor(bytesMax / bytesPerBlock)));
  const blocks = Array.from({ length: count }, (_, index) => Math.round(((index + 1) * layerCount) / count));
  const note = `${count} of ${layerCount} blocks are compared: the features of all would take more than ${bytesMax / 1e9} GB`;
  return { blocks, note: count < layerCount ? note : null };
}

export async function rankingData(
  features: ProbeFeatures,
  site: ProbeSite,
  { folds, weights, margins }: Targets,
): Promise<LogisticData> {
  const matrix = features.differences(site);
  const products = await chooseProducts(matrix, features.features);
  return { products, matrix, folds, weights, signs: null, margins, intercept: false };
}

/** The responses whose bin tells whether they are safe; null when there is none. */
export async function labelledResponses(
  features: ProbeFeatures,
  site: ProbeSite,
  targets: Targets,
): Promise<SafetyData | null> {
  const { labels, folds, safetyAuxiliaryWeight } = targets;
  if (labels === null || labels.every((label) => label === null)) return null;
  const matrix = features.responses(site);
  return {
    products: await chooseProducts(matrix, features.features),
    matrix,
    folds: { count: folds.count, of: Int32Array.from(labels, (_, row) => folds.of[row >> 1] as number) },
    weights: Float64Array.from(labels, (label) => (label === null ? 0 : 1)),
    signs: Float64Array.from(labels, (label) => (label === 0 ? -1 : 1)),
    margins: null,
    intercept: true,
    auxiliaryWeight: safetyAuxiliaryWeight,
  };
}
