/** Requests as the tests of the server send them. */

export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: what comes back is what these tests look at.
  body: any;
  headers: Headers;
}

export async function post(where: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(where, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return { status: response.status, body: await response.json(), headers: response.headers };
}

export const messages = (question: string, answer: string) => [
  { role: "user" as const, content: question },
  { role: "assistant" as const, content: answer },
];
