"use client";
import { definePart, usePartState } from "@/lib/client/part";
import { ErrorState, Skeleton } from "../states";
import type { WorkScreenProps } from "./screen";
import { WorkSkeleton } from "./work-skeleton";

const screenPart = definePart(() => import("./screen"));
// Asked for at once, not only after the page has come to life.
if (typeof window !== "undefined") void screenPart.load();

/** The page is there at once; what it works with comes as one script behind it. */
export function WorkScreen(props: WorkScreenProps) {
  const screen = usePartState(screenPart);
  if (screen.value) return <screen.value.Screen {...props} />;
  return (
    <div className="flex h-dvh flex-col">
      <header className="flex min-h-12 items-center border-b border-line bg-surface px-4">
        <Skeleton className="w-40" />
      </header>
      <main id="main" className="flex min-h-0 flex-1 flex-col">
        {screen.failed ? <ErrorState className="m-6" error={null} onRetry={screen.retry} /> : <WorkSkeleton />}
      </main>
    </div>
  );
}
