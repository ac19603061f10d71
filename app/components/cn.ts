import { type ClassValue, clsx } from "clsx";
import { extendTailwindMerge } from "tailwind-merge";

/** Our type scale has one step that tailwind-merge does not know; without it `text-read` would swallow a text colour. */
const merge = extendTailwindMerge({ extend: { classGroups: { "font-size": ["text-read"] } } });

/** Joins class names; a later utility wins over an earlier one of the same property. */
export const cn = (...values: ClassValue[]): string => merge(clsx(values));
