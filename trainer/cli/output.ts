/** What commands print: live lines on a terminal, JSON lines when piped. Results go to stdout, everything else to stderr. */

export interface Reporter {
  /** Something worth one line: what was chosen, what was found. */
  note(text: string): void;
  /** A measurement or progress, in one line or a few; on a terminal they replace the ones before. */
  progress(text: string | readonly string[], data: Record<string, unknown>): void;
  /** The command's result. */
  result(text: string, data: unknown): void;
  /** Characters in a line. */
  readonly columns: number;
}

function bar(share: number): string {
  const width = 24;
  const filled = Math.max(0, Math.min(width, Math.round(share * width)));
  return `${"█".repeat(filled)}${"░".repeat(width - filled)}`;
}

export function progressText(done: number, total: number, rest: string): string {
  return `${bar(total === 0 ? 1 : done / total)} ${done}/${total}${rest === "" ? "" : `  ${rest}`}`;
}

/** The streams of a terminal, as far as they are needed. */
export interface Terminal {
  /** Standard error, where live lines go. */
  live: { write(text: string): unknown; columns?: number };
  /** Standard output. */
  out: { write(text: string): unknown };
}

const CLEAR_LINE = "\u001b[2K";
/** Terminals that know it show everything between the two at once; others ignore it. */
const [HOLD, SHOW] = ["\u001b[?2026h", "\u001b[?2026l"];

/** Draws live lines over the ones before, all in one write and without clearing first, so that nothing flickers. */
export function terminalReporter({ live, out }: Terminal): Reporter {
  let drawn = 0;
  const columns = () => live.columns ?? 80;
  const close = () => {
    if (drawn > 0) live.write("\n");
    drawn = 0;
  };
  const toTop = () => (drawn > 1 ? `\u001b[${drawn - 1}A` : "");
  return {
    get columns() {
      return columns();
    },
    note: (text) => {
      // Above the live lines: these are taken away first and come back with the next progress.
      live.write(drawn > 0 ? `${HOLD}\r${toTop()}\u001b[0J${text}\n${SHOW}` : `${text}\n`);
      drawn = 0;
    },
    progress: (text) => {
      const lines = (typeof text === "string" ? [text] : text).map((line) => line.slice(0, columns() - 1));
      const body = lines.map((line) => CLEAR_LINE + line).join("\n");
      const rest = lines.length < drawn ? "\u001b[0J" : "";
      live.write(`${HOLD}\r${toTop()}${body}${rest}${SHOW}`);
      drawn = lines.length;
    },
    result: (text) => {
      close();
      out.write(`${text}\n`);
    },
  };
}

/** For terminals that cannot move the cursor: plain lines, the first of each progress. */
export function plainReporter({ live, out }: Terminal): Reporter {
  return {
    columns: 80,
    note: (text) => void live.write(`${text}\n`),
    progress: (text) => void live.write(`${typeof text === "string" ? text : text.join("  ")}\n`),
    result: (text) => void out.write(`${text}\n`),
  };
}

function jsonReporter(): Reporter {
  const line = (data: unknown) => process.stdout.write(`${JSON.stringify(data)}\n`);
  return {
    columns: 80,
    note: (text) => process.stderr.write(`${text}\n`),
    progress: (_text, data) => line(data),
    result: (_text, data) => line(data),
  };
}

/** Terminal output only when a person sees both streams. */
export function createReporter(environment: NodeJS.ProcessEnv = process.env): Reporter {
  if (!process.stdout.isTTY || !process.stderr.isTTY) return jsonReporter();
  const terminal = { live: process.stderr, out: process.stdout };
  return environment.TERM === "dumb" ? plainReporter(terminal) : terminalReporter(terminal);
}
