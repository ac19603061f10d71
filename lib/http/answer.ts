/** What a route answers, before it takes the form that its server wants. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string | null;
}

export const toResponse = ({ status, headers, body }: Answer): Response => new Response(body, { status, headers });
