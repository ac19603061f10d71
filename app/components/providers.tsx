"use client";
import { QueryClientProvider } from "@tanstack/react-query";
import { ThemeProvider } from "next-themes";
import { type ReactNode, useState } from "react";
import { createQueryClient } from "@/lib/client/query-client";
import { SignedOutBar } from "./signed-out-bar";
import { Toaster } from "./toast";

declare global {
  interface Window {
    /** Read by the style helper inside Radix's dialogs and menus (get-nonce). */
    __webpack_nonce__?: string;
  }
}

/** Everything that client components expect around them. `nonce` lets the theme script and scroll locks pass the policy. */
export function Providers({ nonce, children }: { nonce: string | undefined; children: ReactNode }) {
  const [queryClient] = useState(createQueryClient);
  if (typeof window !== "undefined" && nonce) window.__webpack_nonce__ = nonce;
  return (
    <ThemeProvider attribute="data-theme" defaultTheme="system" enableSystem nonce={nonce} disableTransitionOnChange>
      <QueryClientProvider client={queryClient}>
        {children}
        <Toaster />
        <SignedOutBar />
      </QueryClientProvider>
    </ThemeProvider>
  );
}
