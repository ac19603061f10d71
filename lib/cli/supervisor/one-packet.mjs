/**
 * Preloaded into the web server: head, body and end of a short answer leave in one packet. Next writes the three one by one, and each
 * costs a system call here and a wake-up of whoever waits for it. A stream's first bytes leave one turn of the event loop later.
 */
import { ServerResponse } from "node:http";

const { flushHeaders } = ServerResponse.prototype;

ServerResponse.prototype.flushHeaders = function flushHeadersWithWhatFollows() {
  const { socket } = this;
  if (socket && !socket.destroyed) {
    socket.cork();
    setImmediate(() => socket.uncork());
  }
  flushHeaders.call(this);
};
