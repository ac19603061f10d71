/** Every endpoint of the API, collected from the resource modules. OpenAPI and the authorisation matrix are made from this list. */
import * as adjudications from "./adjudications";
import * as annotators from "./annotators";
import * as assignments from "./assignments";
import * as audit from "./audit";
import * as bulkActions from "./bulk-actions";
import * as campaigns from "./campaigns";
import * as comparisons from "./comparisons";
import * as drafts from "./drafts";
import type { Endpoint } from "./endpoint";
import * as entryTests from "./entry-tests";
import * as ghostAttention from "./ghost-attention";
import * as gold from "./gold";
import * as guidelineReads from "./guideline-reads";
import * as importing from "./import";
import * as jobs from "./jobs";
import * as lists from "./lists";
import * as live from "./live";
import * as notes from "./notes";
import * as onboarding from "./onboarding";
import * as policies from "./policies";
import * as policyChecks from "./policy-checks";
import * as preferences from "./preferences";
import * as projects from "./projects";
import * as quality from "./quality";
import * as redTeam from "./red-team";
import * as rejectionSampling from "./rejection-sampling";
import * as reviews from "./reviews";
import * as rewardModels from "./reward-models";
import * as rounds from "./rounds";
import * as savedViews from "./saved-views";
import * as snapshots from "./snapshots";
import * as system from "./system";
import * as tokens from "./tokens";
import * as trainingRuns from "./training-runs";
import * as triage from "./triage";
import * as turnReviews from "./turn-reviews";
import * as users from "./users";
import * as webhooks from "./webhooks";
import * as welfare from "./welfare";

const modules: Record<string, Record<string, unknown>> = {
  adjudications,
  annotators,
  assignments,
  webhooks,
  savedViews,
  policyChecks,
  lists,
  bulkActions,
  audit,
  campaigns,
  comparisons,
  drafts,
  entryTests,
  ghostAttention,
  gold,
  guidelineReads,
  import: importing,
  jobs,
  live,
  notes,
  onboarding,
  policies,
  preferences,
  projects,
  quality,
  redTeam,
  rejectionSampling,
  reviews,
  rewardModels,
  rounds,
  snapshots,
  system,
  tokens,
  trainingRuns,
  triage,
  turnReviews,
  users,
  welfare,
};

const isEndpoint = (value: unknown): value is Endpoint =>
  typeof value === "object" && value !== null && "method" in value && "path" in value && "access" in value;

export interface NamedEndpoint {
  name: string;
  tag: string;
  endpoint: Endpoint;
}

export function allEndpoints(): NamedEndpoint[] {
  return Object.entries(modules).flatMap(([tag, module]) =>
    Object.entries(module)
      .filter((entry): entry is [string, Endpoint] => isEndpoint(entry[1]))
      .map(([name, endpoint]) => ({ name, tag, endpoint })),
  );
}
