/** Times of live answers, shared by the worker that writes them and the web that reads them. */

/** The worker shows life at least this often, milliseconds; also the granularity of the stream. */
export const FLUSH_EVERY_MS = 100;
/** A running answer without life for this long is taken over by any worker. */
export const TAKEOVER_SECONDS = 15;
/** A queued or running answer without life for this long is shown as timed out, with retry. */
export const SILENT_SECONDS_MAX = 90;
