"use client";
/** A filter kept in the address, so that a filtered list can be sent to a colleague and survives "back". */
import { usePathname, useRouter, useSearchParams } from "next/navigation";

/** The value of `?name=`, undefined when absent or not among `allowed`; setting "" removes it. */
export function useFilter<Value extends string = string>(name: string, allowed?: readonly Value[]) {
  const router = useRouter();
  const path = usePathname();
  const search = useSearchParams();
  const raw = search.get(name) ?? undefined;
  const known = raw !== undefined && (!allowed || (allowed as readonly string[]).includes(raw));
  const set = (value: string) => {
    const next = new URLSearchParams(search);
    if (value) next.set(name, value);
    else next.delete(name);
    router.replace(next.size > 0 ? `${path}?${next}` : path, { scroll: false });
  };
  return [known ? (raw as Value) : undefined, set] as const;
}
