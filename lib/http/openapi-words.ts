/** The prose of the API description. */

export const DESCRIPTION = `Collect human preferences, train reward models from them, and go round again.

**Signing in.** Programs send \`Authorization: Bearer pw_…\`; a token is made in the console or by \`POST /tokens\`, carries scopes, and
acts as the person who made it. Browsers use the session cookie; their mutations must come from this site (Origin check).

**Errors** are problem details (RFC 9457), \`application/problem+json\`, with a stable \`code\`, the request's id, and every bad field
or line in \`problems\`. An object that the caller may not see answers 404, as one that does not exist.

**Paging.** Lists are paged by key: the answer's \`next\` (or \`nextCursor\`) goes into the next request's \`after\` (or \`cursor\`); null
means that this was the last page. Tokens of pages are opaque. \`limit\` is the size of a page.

**Repeating a request.** Judgements carry an \`Idempotency-Key\`: the same key and body give the first answer again, whatever happened to
the connection; the same key with another body is refused with 422 \`idempotency_mismatch\`. On 503 wait \`Retry-After\` seconds.

**Streams.** Imports take the file itself as the body; exports and live answers are sent as they are made.`;

/** By the name of the contract's module. */
const TAGS: Record<string, string> = {
  adjudications: "Disagreements between annotators, settled without names.",
  annotators: "Standing of annotators: gold answers, pauses, time on task.",
  assignments: "Leases: one item handed to one annotator for a time.",
  audit: "Who did what, and the hash chain over it.",
  bulkActions: "Changes of many rows at once, with a preview and an undo.",
  campaigns: "Sets of work for annotators.",
  comparisons: "Judgements; never changed, only replaced by a newer one.",
  drafts: "What an annotator has filled in so far.",
  entryTests: "Tests before the first item, as data.",
  ghostAttention: "Dialogues that keep an instruction over many turns.",
  gold: "Items with a known answer, and re-asked ones.",
  guidelineReads: "What changed in the guidelines since one last looked.",
  import: "Bring pairs and prompts in.",
  jobs: "What the worker does.",
  lists: "Items, prompts and judgements with filters, a page at a time.",
  live: "Dialogues with two answers side by side.",
  notes: "Words from leads and reviewers to annotators.",
  onboarding: "An annotator's way through the entry tests to a certificate.",
  policies: "Models that answer, and their variants.",
  policyChecks: "Whether a policy answers.",
  preferences: "An annotator's own shortcuts, limits and content choices.",
  projects: "Projects, their members and guidelines.",
  quality: "Agreement, habits, drift and policy ratings.",
  redTeam: "Coverage, violations found per hour, and novelty of red-team work.",
  rejectionSampling: "Many answers to a prompt with their rewards.",
  reviews: "Second looks at judgements.",
  rewardModels: "Reward models, evaluations and scores.",
  rounds: "The weekly cycle and its schedule.",
  savedViews: "Filters of lists, kept under a name.",
  snapshots: "Frozen data sets and their exports.",
  system: "This description.",
  tokens: "Bearer tokens.",
  trainingRuns: "Training runs and their metrics.",
  triage: "Judgements that surprise the reward model.",
  turnReviews: "Verdicts on each answer of a dialogue.",
  users: "People and their accounts.",
  webhooks: "Signed messages to other systems when something happens.",
  welfare: "Exposure to harmful content, breaks, and own statistics.",
};

/** "redTeam" -> "Red team", where no better words are known. */
const plain = (tag: string): string => {
  const words = tag.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
};

export const tagDescription = (tag: string): string => TAGS[tag] ?? plain(tag);
