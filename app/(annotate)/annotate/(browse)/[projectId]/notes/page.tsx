import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { NotesList } from "@/app/components/annotate/notes-list";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("annotate.notes"))("title") };
}

export default async function NotesPage({ params }: { params: Promise<{ projectId: string }> }) {
  return <NotesList projectId={(await params).projectId} />;
}
