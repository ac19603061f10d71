/** The pages of a project, in the order of its navigation; the palette offers the same. */
export const PROJECT_PAGES = [
  "rounds",
  "campaigns",
  "items",
  "comparisons",
  "quality",
  "red-team",
  "gold-items",
  "data",
  "prompts",
  "training-runs",
  "reward-models",
  "rejection-sampling",
  "ghost-attention",
  "policies",
  "guidelines",
  "onboarding",
  "members",
  "audit",
  "webhooks",
  "settings",
] as const;
export type ProjectPage = (typeof PROJECT_PAGES)[number];

/** The rounds are the project's first page. */
export const projectPagePath = (projectId: string, page: ProjectPage): string =>
  `/console/projects/${projectId}${page === "rounds" ? "" : `/${page}`}`;
