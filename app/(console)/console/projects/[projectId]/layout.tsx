import { notFound, redirect } from "next/navigation";
import type { ReactNode } from "react";
import { currentUser } from "@/lib/auth/session";
import { hasRole } from "@/lib/domain/roles";
import { DomainError } from "@/lib/errors";
import { database } from "@/lib/services/database";
import { getProject } from "@/lib/services/projects/projects";
import { ProjectNav } from "./project-nav";

export default async function ProjectLayout({
  children,
  params,
}: {
  children: ReactNode;
  params: Promise<{ projectId: string }>;
}) {
  const user = await currentUser();
  if (!user || !hasRole(user.role, "lead")) redirect("/console");
  const { projectId } = await params;
  if (!/^[0-9a-f-]{36}$/i.test(projectId)) notFound();
  const context = { db: database().db, actor: { kind: "user" as const, ...user, scopes: null } };
  const project = await getProject(context, projectId).catch((error: unknown) => {
    if (error instanceof DomainError && error.code === "not_found") notFound();
    throw error;
  });
  return (
    <>
      <ProjectNav projectId={projectId} name={project.name} />
      {children}
    </>
  );
}
