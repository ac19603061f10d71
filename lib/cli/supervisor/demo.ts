/** The demo of the first run: seeded once, its generated logins kept (0600) so that every start can print them. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createDatabase } from "@/db/client";
import { withProgress } from "./progress";

interface Login {
  email: string;
  password: string;
  role: string;
}

const loginsFile = (home: string) => path.join(home, "demo-logins.json");

/** Only called on a database without a user. */
export async function seedOnce(url: string, home: string): Promise<void> {
  const { seedDemo } = await import("@/db/seed");
  const { db, pool } = createDatabase(url);
  try {
    const { logins } = await withProgress("filling in the demo project", () => seedDemo(db));
    writeFileSync(loginsFile(home), JSON.stringify(logins, null, 2), { mode: 0o600 });
  } finally {
    await pool.end();
  }
}

/** One line per demo login, "role: e-mail / password"; empty where no demo was seeded. */
export function keptLogins(home: string): string[] {
  if (!existsSync(loginsFile(home))) return [];
  const logins = JSON.parse(readFileSync(loginsFile(home), "utf8")) as Login[];
  return logins.map(({ role, email, password }) => `${role}: ${email} / ${password}`);
}
