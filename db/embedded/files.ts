import { open, readFile, rename } from "node:fs/promises";

/** Reads a secret's file, or makes it with the given text: mode 0600, whole or not at all. */
export async function readOrCreate(file: string, create: () => string): Promise<string> {
  const existing = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  if (existing.trim()) return existing.trim();
  const text = create();
  const half = `${file}.half-${process.pid}`;
  const handle = await open(half, "w", 0o600);
  try {
    await handle.writeFile(`${text}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(half, file);
  return text;
}
