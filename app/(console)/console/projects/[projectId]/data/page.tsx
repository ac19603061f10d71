import { ProjectData } from "./project-data";

export default async function DataPage({ params }: { params: Promise<{ projectId: string }> }) {
  return <ProjectData projectId={(await params).projectId} />;
}
