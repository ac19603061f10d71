/** The pages of a project by section, in the order of its navigation; the palette offers the same. A section opens on its first page. */
export const PROJECT_SECTIONS = {
  rounds: ["rounds"],
  collect: ["campaigns", "items", "comparisons", "prompts", "guidelines", "onboarding"],
  oversight: ["quality", "gold-items", "red-team"],
  models: ["training-runs", "reward-models", "rejection-sampling", "ghost-attention", "policies"],
  data: ["data"],
  project: ["members", "settings", "webhooks", "audit"],
} as const;
export type ProjectSection = keyof typeof PROJECT_SECTIONS;
export type ProjectPage = (typeof PROJECT_SECTIONS)[ProjectSection][number];

export const PROJECT_PAGES: readonly ProjectPage[] = Object.values(PROJECT_SECTIONS).flat();

/** The rounds are the project's first page. */
export const projectPagePath = (projectId: string, page: ProjectPage): string =>
  `/console/projects/${projectId}${page === "rounds" ? "" : `/${page}`}`;

/** The page that a path belongs to: what lies below a page is part of it. */
export function projectPageOf(projectId: string, path: string): ProjectPage {
  const [, first = ""] = path.slice(`/console/projects/${projectId}`.length).split("/");
  return PROJECT_PAGES.find((page) => page === first) ?? "rounds";
}
