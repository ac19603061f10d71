import { NextIntlClientProvider } from "next-intl";
import type { ReactNode } from "react";

/** All texts: the console shows the annotator's words too. */
export default function AllTextsLayout({ children }: { children: ReactNode }) {
  return <NextIntlClientProvider>{children}</NextIntlClientProvider>;
}
