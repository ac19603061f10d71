import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { ProjectChooser } from "@/app/components/annotate/project-chooser";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("annotate.chooser"))("title") };
}

export default function AnnotatePage() {
  return <ProjectChooser />;
}
