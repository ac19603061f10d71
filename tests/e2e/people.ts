/** The demo people: their logins lie in the home of the server that the global setup started. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, type Page } from "@playwright/test";

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
export async function signIn(page: Page, role: Parameters<typeof loginOf>[0]): Promise<void> {
  const { email, password } = loginOf(role);
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).toHaveURL(/\/(annotate|console)/, { timeout: 30_000 });
}
