/** The demo people: their logins lie in the home of the server that the global setup started. */

import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, type Page } from "@playwright/test";
import { LEASES_HELD_MAX } from "@/lib/contracts/assignments";

interface Login {
  email: string;
  password: string;
  role: string;
}

export function loginOf(role: "annotator" | "reviewer" | "lead" | "admin"): Login {
  const logins = JSON.parse(
    readFileSync(path.join(String(process.env.PAIRWRIGHT_E2E_HOME), "demo-logins.json"), "utf8"),
  ) as Login[];
  const login = logins.find((entry) => entry.role === role);
  if (!login) throw new Error(`the demo has no ${role}`);
  return login;
}

/** Signs in through the form, as a person does. */
export async function signInAs(page: Page, { email, password }: Pick<Login, "email" | "password">): Promise<void> {
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).toHaveURL(/\/(annotate|console)/, { timeout: 30_000 });
}

export const signIn = (page: Page, role: Parameters<typeof loginOf>[0]): Promise<void> => signInAs(page, loginOf(role));

/** Journeys before this one may have left begun items, which would rightly come first. */
export async function giveLeasesBack(page: Page): Promise<void> {
  const headers = { origin: new URL(page.url()).origin };
  const { rows } = await (await page.request.get("/api/v1/projects")).json();
  const data = { projectId: rows[0].id, resume: true };
  for (let held = 0; held < LEASES_HELD_MAX; held += 1) {
    const answer = await page.request.post("/api/v1/assignments", { headers, data });
    if (answer.status() !== 201) return;
    const { assignmentId } = await answer.json();
    await page.request.post(`/api/v1/assignments/${assignmentId}/release`, { headers });
  }
}
