/**
 * Finds the first object key that occurs twice in a JSON text, which `JSON.parse` would silently drop. A checkpoint header
 * with two entries of one name means different weights to different readers, so it is refused.
 * Expects text that `JSON.parse` accepts.
 */
export function findDuplicateKey(json: string): string | null {
  const open: (Set<string> | null)[] = [];
  let position = 0;
  while (position < json.length) {
    const character = json[position];
    if (character === '"') {
      const start = position;
      position += 1;
      while (json[position] !== '"') position += json[position] === "\\" ? 2 : 1;
      position += 1;
      const keys = open.at(-1);
      if (keys && followedByColon(json, position)) {
        const key = JSON.parse(json.slice(start, position)) as string;
        if (keys.has(key)) return key;
        keys.add(key);
      }
      continue;
    }
    if (character === "{") open.push(new Set());
    else if (character === "[") open.push(null);
    else if (character === "}" || character === "]") open.pop();
    position += 1;
  }
  return null;
}

function followedByColon(json: string, from: number): boolean {
  let position = from;
  while (/\s/.test(json[position] ?? "")) position += 1;
  return json[position] === ":";
}
