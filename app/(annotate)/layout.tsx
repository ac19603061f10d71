import { NextIntlClientProvider } from "next-intl";
import { getMessages } from "next-intl/server";
import type { ReactNode } from "react";

/** The browser of an annotator gets the annotator's texts and not the console's, which are three times as many. */
export default async function AnnotateLayout({ children }: { children: ReactNode }) {
  const { common, annotate } = await getMessages();
  return <NextIntlClientProvider messages={{ common, annotate }}>{children}</NextIntlClientProvider>;
}
