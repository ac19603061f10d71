/** One spelling per address. NFKC first, so that look-alike "@" and full-width letters cannot make a second account. */
import { z } from "zod";

export const emailSchema = z
  .string()
  .transform((value) => value.normalize("NFKC").trim().toLowerCase())
  .pipe(z.email().max(254));
