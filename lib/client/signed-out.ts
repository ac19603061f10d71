/**
 * Whether the server no longer knows this tab's person: signed out elsewhere, password changed, session over. The page stays as it is,
 * with all that was typed; requests that failed so are sent again when the person is back.
 */
let signedOut = false;
const listeners = new Set<() => void>();

function publish(next: boolean): void {
  if (signedOut === next) return;
  signedOut = next;
  for (const listener of listeners) listener();
}

export const noteSignedOut = (): void => publish(true);
export const isSignedOut = (): boolean => signedOut;

/** Waiting judgements listen for the browser's own sign that sending is worth another try. */
export function noteSignedIn(): void {
  publish(false);
  window.dispatchEvent(new Event("online"));
}

export function subscribeSignedOut(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
