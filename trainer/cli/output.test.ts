import { describe, expect, it } from "vitest";
import { plainReporter, terminalReporter } from "./output";

const CODE = new RegExp(`^${"\u001b"}\\[([?0-9]*)([A-Za-z])$`);
const TOKEN = new RegExp(`${"\u001b"}\\[[?0-9]*[A-Za-z]|[\\s\\S]`, "g");

/** The screen that a terminal would show after the writes: enough of the escape codes that the reporter uses. */
function screen(columns = 40) {
  const rows: string[] = [""];
  let [row, column] = [0, 0];
  const put = (character: string) => {
    const line = rows[row] as string;
    rows[row] = line.padEnd(column).slice(0, column) + character + line.slice(column + 1);
    column += 1;
  };
  const write = (text: string) => {
    for (const token of text.match(TOKEN) ?? []) {
      const code = CODE.exec(token);
      if (code?.[2] === "A") row -= Number(code[1]);
      else if (code?.[2] === "K") rows[row] = "";
      else if (code?.[2] === "J") rows.splice(row, rows.length, (rows[row] as string).slice(0, column));
      else if (code) continue;
      else if (token === "\r") column = 0;
      else if (token === "\n") {
        row += 1;
        column = 0;
        if (row === rows.length) rows.push("");
      } else put(token);
    }
  };
  return { live: { write, columns }, out: { write }, rows };
}

describe("the terminal reporter", () => {
  it("draws a panel over the one before, and notes above it", () => {
    const terminal = screen();
    const report = terminalReporter(terminal);
    report.note("engine wasm");
    report.progress(["step 1", "loss 0.7"], {});
    report.progress(["step 2", "loss 0.6"], {});
    report.note("split");
    report.progress(["step 3", "loss 0.5"], {});
    report.result("done", {});
    expect(terminal.rows).toEqual(["engine wasm", "split", "step 3", "loss 0.5", "done", ""]);
  });

  it("leaves nothing of a longer panel, and cuts what would wrap", () => {
    const terminal = screen(8);
    const report = terminalReporter(terminal);
    report.progress(["aaaaaaaaaaaa", "b", "c"], {});
    report.progress("d", {});
    expect(terminal.rows).toEqual(["d"]);
    report.progress(["aaaaaaaaaaaa"], {});
    expect(terminal.rows).toEqual(["aaaaaaa"]);
  });

  it("draws in one write, so that nothing flickers", () => {
    const writes: string[] = [];
    const write = (text: string) => void writes.push(text);
    const report = terminalReporter({ live: { write }, out: { write } });
    report.progress(["a", "b", "c"], {});
    report.progress(["a", "b", "c"], {});
    expect(writes).toHaveLength(2);
  });
});

describe("the plain reporter", () => {
  it("writes a line for each progress and moves no cursor", () => {
    const terminal = screen();
    const report = plainReporter(terminal);
    report.progress(["step 1", "loss 0.7"], {});
    report.progress(["step 2", "loss 0.6"], {});
    expect(terminal.rows).toEqual(["step 1  loss 0.7", "step 2  loss 0.6", ""]);
  });
});
