/** Roles in rising order of power, and what a bearer token may be limited to. */
export const ROLES = ["annotator", "reviewer", "lead", "admin"] as const;
export type Role = (typeof ROLES)[number];

export const SCOPES = ["annotate", "review", "projects", "data", "train", "admin"] as const;
export type Scope = (typeof SCOPES)[number];

export const hasRole = (actual: Role, needed: Role): boolean => ROLES.indexOf(actual) >= ROLES.indexOf(needed);

/** A session carries every scope (`null`); a token only those it was given. The role always limits both. */
export const hasScope = (scopes: readonly Scope[] | null, needed: Scope): boolean =>
  scopes === null || scopes.includes(needed);
