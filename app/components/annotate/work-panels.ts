/** What opens over or beside the work: fetched once the first item is on screen. */
export { Guidelines } from "./guidelines";
export { RecentDrawer } from "./recent-drawer";
export { Shortcuts } from "./shortcuts";
export { SkipDialog } from "./skip-panel";
