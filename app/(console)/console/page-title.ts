import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import type { ProjectPage } from "./projects/[projectId]/pages";

type Named = `pages.${ProjectPage}` | `nav.${"projects" | "reviews" | "jobs" | "users" | "account" | "grading"}`;

/** `generateMetadata` of a console page: what the navigation calls it. Pages below another bear its name. */
export const titled = (name: Named) => async (): Promise<Metadata> => ({
  title: (await getTranslations("console"))(name),
});
