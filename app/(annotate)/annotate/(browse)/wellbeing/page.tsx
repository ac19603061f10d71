import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Wellbeing } from "@/app/components/annotate/wellbeing";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("annotate.wellbeing"))("title") };
}

export default function WellbeingPage() {
  return <Wellbeing />;
}
