/** Server-sent events from an async iterable. */

/** Proxies drop silent connections; a comment line keeps them open, milliseconds. */
const KEEP_ALIVE_MS = 15_000;

/** Each value becomes one event `name` with JSON data. The iteration ends when the client goes away. */
export function eventStream<T>(
  name: string,
  clientSignal: AbortSignal,
  iterate: (signal: AbortSignal) => AsyncIterable<T>,
): Response {
  const encoder = new TextEncoder();
  const gone = new AbortController();
  const signal = AbortSignal.any([clientSignal, gone.signal]);
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      const keepAlive = setInterval(() => {
        if (!signal.aborted) controller.enqueue(encoder.encode(":\n\n"));
      }, KEEP_ALIVE_MS);
      try {
        for await (const value of iterate(signal)) {
          if (signal.aborted) break;
          controller.enqueue(encoder.encode(`event: ${name}\ndata: ${JSON.stringify(value)}\n\n`));
        }
        if (!gone.signal.aborted) controller.close();
      } catch (error) {
        // The client sees a broken stream and reconnects; there is no status left to send.
        if (!gone.signal.aborted) controller.error(error);
      } finally {
        clearInterval(keepAlive);
      }
    },
    cancel() {
      gone.abort();
    },
  });
  return new Response(body, {
    headers: {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      "x-accel-buffering": "no",
    },
  });
}
