import { expect, test } from "vitest";
import { parseRecordings } from "./recordings";

test("reads a recording a line and skips empty lines", () => {
  expect(parseRecordings('{"prompt":"a","responses":["x","y"]}\r\n\n{"prompt":"b","responses":["z"]}\n')).toEqual([
    { prompt: "a", responses: ["x", "y"] },
    { prompt: "b", responses: ["z"] },
  ]);
});

test.each([
  ['{"prompt":"a","responses":["x"]}\n\nnope', "Line 3: not JSON."],
  ['{"prompt":"a","responses":[]}', /^Line 1: responses: /],
  ['{"prompt":"a","responses":["x"],"other":1}', /^Line 1: /],
  [" \n", "The file holds no recordings."],
])("names the line that is wrong: %s", (text, message) => {
  expect(() => parseRecordings(text)).toThrow(message);
});
