import { titled } from "@/app/(console)/console/page-title";
import { ProjectData } from "./project-data";

export const generateMetadata = titled("pages.data");

export default async function DataPage({ params }: { params: Promise<{ projectId: string }> }) {
  return <ProjectData projectId={(await params).projectId} />;
}
