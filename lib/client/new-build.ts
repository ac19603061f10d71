/**
 * An open tab of an older build. Its own scripts keep working; what it would fetch anew may be gone. Then the person is told and may
 * reload when it suits them: drafts and judgements not sent yet lie in the browser's storage and outlive the reload.
 */

/** Bundlers and browsers word it differently when a script of the build cannot be fetched. */
const LOST_SCRIPT =
  /ChunkLoadError|Loading (?:CSS )?chunk|Failed to load chunk|dynamically imported module|Importing a module script failed|error loading dynamically imported/i;

export function isLostScript(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.name === "ChunkLoadError" || LOST_SCRIPT.test(`${error.name}: ${error.message}`);
}

type Listener = () => void;
const listeners = new Set<Listener>();

/** Tells the page once a script of its build could not be fetched; other errors are none of its business. */
export function reportLostBuild(error: unknown): void {
  if (!isLostScript(error)) return;
  for (const listener of listeners) listener();
}

/** Calls `listener` when this tab turns out to be of an older build. Returns the way to stop. */
export function onLostBuild(listener: Listener): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

interface ErrorSource {
  addEventListener(type: string, listener: (event: Event) => void): void;
  removeEventListener(type: string, listener: (event: Event) => void): void;
}

/** Hears what no code catches, e.g. a prefetch of the framework. */
export function watchLostScripts(source: ErrorSource): () => void {
  const onError = (event: Event) => reportLostBuild((event as ErrorEvent).error);
  const onRejection = (event: Event) => reportLostBuild((event as PromiseRejectionEvent).reason);
  source.addEventListener("error", onError);
  source.addEventListener("unhandledrejection", onRejection);
  return () => {
    source.removeEventListener("error", onError);
    source.removeEventListener("unhandledrejection", onRejection);
  };
}
