"use client";
import { Skeleton } from "../states";

/** Holds the place of an item. */
export function WorkSkeleton() {
  return (
    <div className="flex flex-1 flex-col" aria-busy="true">
      <div className="border-b border-line bg-sunken px-4 py-4">
        <Skeleton className="w-2/3" />
      </div>
      <div className="grid flex-1 gap-8 bg-surface p-6 lg:grid-cols-2">
        {["a", "b"].map((side) => (
          <div key={side} className="flex flex-col gap-3">
            <Skeleton className="w-8" />
            <Skeleton />
            <Skeleton />
            <Skeleton className="w-3/4" />
          </div>
        ))}
      </div>
      <div className="border-t border-line p-4">
        <Skeleton className="h-11" />
      </div>
    </div>
  );
}
