/**
 * next-auth 4 with sessions in our own table. Its credentials provider insists on the "jwt" strategy; `jwt.encode` and
 * `decode` therefore carry an opaque session token instead of a JWT, so that signing out or disabling ends a session on the server.
 */
import type { NextAuthOptions } from "next-auth";
import CredentialsProvider from "next-auth/providers/credentials";
import { env, requireSecret } from "@/lib/env";
import { database } from "@/lib/services/database";
import { signInWithOidc } from "@/lib/services/identity/oidc";
import { signInWithPassword } from "@/lib/services/identity/password";
import { createSession, endSession, SESSION_DAYS_MAX, userOfSession } from "./sessions";

/** With no trusted proxy in front, the header may be forged; the pair and account limits hold regardless. */
const addressOf = (headers: Record<string, unknown> | undefined): string =>
  String(headers?.["x-forwarded-for"] ?? "unknown")
    .split(",")
    .at(-1)
    ?.trim() ?? "unknown";

const passwordProvider = () =>
  CredentialsProvider({
    id: "password",
    name: "E-mail and password",
    credentials: { email: { type: "email" }, password: { type: "password" } },
    authorize: (input, request) => signInWithPassword(database().db, input ?? {}, addressOf(request.headers)),
  });

const oidcProvider = (): NextAuthOptions["providers"] => {
  const { OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_NAME } = env();
  if (!OIDC_ISSUER) return [];
  return [
    {
      id: "oidc",
      name: OIDC_NAME,
      type: "oauth",
      wellKnown: `${OIDC_ISSUER.replace(/\/$/, "")}/.well-known/openid-configuration`,
      clientId: OIDC_CLIENT_ID,
      clientSecret: OIDC_CLIENT_SECRET,
      authorization: { params: { scope: "openid email profile" } },
      idToken: true,
      checks: ["pkce", "state", "nonce"],
      profile: (profile: { sub: string; name?: string; email?: string }) => ({
        id: profile.sub,
        name: profile.name,
        email: profile.email,
      }),
    },
  ];
};

export function authOptions(): NextAuthOptions {
  const secure = env().publicUrl.startsWith("https://");
  return {
    secret: requireSecret(),
    providers: [passwordProvider(), ...oidcProvider()],
    session: { strategy: "jwt", maxAge: SESSION_DAYS_MAX * 86_400 },
    pages: { signIn: "/sign-in", error: "/sign-in" },
    useSecureCookies: secure,
    jwt: {
      encode: async ({ token }) => {
        if (typeof token?.sessionToken === "string") return token.sessionToken;
        return token?.sub ? createSession(database().db, token.sub) : "";
      },
      decode: async ({ token }) => {
        const user = token ? await userOfSession(database().db, token) : null;
        return user && token ? { sub: user.id, name: user.name, email: user.email, sessionToken: token } : null;
      },
    },
    callbacks: {
      signIn: async ({ user, account, profile }) => {
        if (account?.provider !== "oidc") return true;
        const id = await signInWithOidc(database().db, account.providerAccountId, profile ?? {});
        if (!id) return false;
        user.id = id;
        return true;
      },
      jwt: ({ token, user }) => (user ? { sub: user.id, name: user.name, email: user.email } : token),
      session: ({ session, token }) => ({ expires: session.expires, user: { name: token.name, email: token.email } }),
      redirect: ({ url, baseUrl }) =>
        url.startsWith("/") && !url.startsWith("//")
          ? `${baseUrl}${url}`
          : new URL(url).origin === baseUrl
            ? url
            : baseUrl,
    },
    events: {
      signOut: async ({ token }) => {
        if (typeof token?.sessionToken === "string") await endSession(database().db, token.sessionToken);
      },
    },
  };
}
