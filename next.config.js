import createNextIntlPlugin from "next-intl/plugin";
import { SECURITY_HEADERS } from "./lib/http/security-headers.mjs";

const withNextIntl = createNextIntlPlugin({
  requestConfig: "./lib/i18n/request.ts",
  // Plurals and arguments are parsed when the application is built: the browser needs no parser for them.
  experimental: { messages: { path: "./lib/i18n/messages", format: "json", locales: "infer", precompile: true } },
});

/** @type {import("next").NextConfig} */
const config = {
  poweredByHeader: false,
  reactStrictMode: true,
  // `npm run verify` and `npm test` run the type checker; a build need not do it again.
  typescript: { ignoreBuildErrors: true },
  // Native code stays outside the bundle.
  serverExternalPackages: ["@node-rs/argon2", "pg", "pg-boss", "pino", "undici"],
  headers: async () => [
    { source: "/:path*", headers: Object.entries(SECURITY_HEADERS).map(([key, value]) => ({ key, value })) },
  ],
};

export default withNextIntl(config);
