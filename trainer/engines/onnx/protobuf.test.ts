import { describe, expect, it } from "vitest";
import { Message } from "./protobuf";

const hex = (message: Message) => Buffer.from(message.finish()).toString("hex");

describe("protocol buffers", () => {
  // Expected bytes: the examples of the format's own description (field 1 = 150; field 2 = "testing"), and Python's protobuf.
  it("writes varints, texts, floats and nested messages", () => {
    expect(hex(new Message().integer(1, 150))).toBe("089601");
    expect(hex(new Message().text(2, "testing"))).toBe("120774657374696e67");
    expect(hex(new Message().integer(1, -1))).toBe("08ffffffffffffffffff01");
    expect(hex(new Message().float(2, 1))).toBe("150000803f");
    expect(hex(new Message().raw(3, new Message().integer(1, 150)))).toBe("1a03089601");
    expect(hex(new Message().integer(20, 7))).toBe("a00107");
  });

  it("grows for long content", () => {
    const bytes = new Message().raw(1, new Uint8Array(1000).fill(5)).integer(2, 1).finish();
    expect(bytes).toHaveLength(3 + 1000 + 2);
    expect([...bytes.slice(-3)]).toEqual([5, 0x10, 1]);
  });
});
