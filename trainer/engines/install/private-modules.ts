/**
 * Loads CommonJS packages from an engine's own folder in such a way that they share this program's TensorFlow.js: a second copy of
 * tfjs-core would have classes of its own, and 40 MB of disk.
 */
import { realpathSync } from "node:fs";
import Module, { createRequire } from "node:module";
import path from "node:path";

type Resolve = (request: string, parent: { filename?: string | null } | undefined, ...rest: unknown[]) => string;

const require = createRequire(import.meta.url);
/** The umbrella package `@tensorflow/tfjs` adds layers and converters, which no backend needs. */
const SHARED: Record<string, string> = {
  "@tensorflow/tfjs": "@tensorflow/tfjs-core",
  "@tensorflow/tfjs-core": "@tensorflow/tfjs-core",
};
const roots = new Set<string>();
let hooked = false;

function hookResolution(): void {
  if (hooked) return;
  hooked = true;
  // Node 20 has no documented hook for require(); this one is what every such tool uses.
  const loader = Module as unknown as { _resolveFilename: Resolve };
  const original = loader._resolveFilename;
  loader._resolveFilename = function resolveShared(this: unknown, request, parent, ...rest) {
    const shared = SHARED[request];
    const from = parent?.filename ?? "";
    if (shared !== undefined && [...roots].some((root) => from.startsWith(root))) return require.resolve(shared);
    return original.call(this, request, parent, ...rest);
  };
}

/** A `require` for the packages in `<directory>/node_modules`. Throws what the package throws. */
export function privateRequire(directory: string): NodeJS.Require {
  hookResolution();
  // Modules carry their real path, also below a linked folder.
  roots.add(path.join(realpathSync(directory), "node_modules") + path.sep);
  return createRequire(path.join(directory, "package.json"));
}
