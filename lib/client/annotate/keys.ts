/** Query keys of the annotator's screens. */
export const annotateKeys = {
  projects: ["annotate", "projects"] as const,
  campaigns: (projectId: string) => ["annotate", "campaigns", projectId] as const,
  lease: (projectId: string, campaignId: string | null) => ["annotate", "lease", projectId, campaignId] as const,
  nextLeases: (projectId: string) => ["annotate", "next-lease", projectId] as const,
  nextLease: (projectId: string, campaignId: string | null, afterId: string) =>
    ["annotate", "next-lease", projectId, campaignId, afterId] as const,
  noItem: (projectId: string, campaignId: string | null) => ["annotate", "no-item", projectId, campaignId] as const,
  mine: (projectId: string) => ["annotate", "mine", projectId] as const,
  recent: (projectId: string) => ["annotate", "recent", projectId] as const,
  guideline: (guidelineId: string) => ["annotate", "guideline", guidelineId] as const,
  guidelines: (projectId: string) => ["annotate", "guidelines", projectId] as const,
  liveTree: (assignmentId: string) => ["annotate", "live-tree", assignmentId] as const,
  comparison: (comparisonId: string) => ["annotate", "comparison", comparisonId] as const,
};
