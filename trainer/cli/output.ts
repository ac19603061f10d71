/** What commands print: a live line on a terminal, JSON lines when piped. Results go to stdout, everything else to stderr. */

export interface Reporter {
  /** Something worth one line: what was chosen, what was found. */
  note(text: string): void;
  /** A measurement or progress; on a terminal it replaces the line before. */
  progress(text: string, data: Record<string, unknown>): void;
  /** The command's result. */
  result(text: string, data: unknown): void;
}

function bar(share: number): string {
  const width = 24;
  const filled = Math.max(0, Math.min(width, Math.round(share * width)));
  return `${"█".repeat(filled)}${"░".repeat(width - filled)}`;
}

export function progressText(done: number, total: number, rest: string): string {
  return `${bar(total === 0 ? 1 : done / total)} ${done}/${total}${rest === "" ? "" : `  ${rest}`}`;
}

function terminalReporter(): Reporter {
  let open = false;
  const close = () => {
    if (open) process.stderr.write("\n");
    open = false;
  };
  return {
    note: (text) => {
      close();
      process.stderr.write(`${text}\n`);
    },
    progress: (text) => {
      const columns = process.stderr.columns ?? 80;
      process.stderr.write(`\r\u001b[2K${text.slice(0, columns - 1)}`);
      open = true;
    },
    result: (text) => {
      close();
      process.stdout.write(`${text}\n`);
    },
  };
}

function jsonReporter(): Reporter {
  const line = (data: unknown) => process.stdout.write(`${JSON.stringify(data)}\n`);
  return {
    note: (text) => process.stderr.write(`${text}\n`),
    progress: (_text, data) => line(data),
    result: (_text, data) => line(data),
  };
}

/** Terminal output only when a person sees both streams. */
export function createReporter(): Reporter {
  return process.stdout.isTTY && process.stderr.isTTY ? terminalReporter() : jsonReporter();
}
