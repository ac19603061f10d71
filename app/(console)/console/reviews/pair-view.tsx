"use client";
import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import type { z } from "zod";
import { Dialogue } from "@/app/components/annotate/dialogue";
import { Answer, Panes, useApart } from "@/app/components/annotate/panes";
import { Button } from "@/app/components/button";
import { useCaseKeys } from "@/lib/client/console/use-case-keys";
import type { Side } from "@/lib/contracts/annotation-shapes";
import type { pairViewSchema } from "@/lib/contracts/reviews";

export type Pair = z.infer<typeof pairViewSchema>;

/** The pair as annotators see it, the preferred answer marked. */
export function PairView({ pair, preferred, children }: { pair: Pair; preferred: Side | null; children?: ReactNode }) {
  const t = useTranslations("console.reviews");
  const [diff, setDiff] = useState(false);
  const [apart] = useApart();
  useCaseKeys({ d: () => setDiff((on) => !on) });
  const texts = { a: pair.responseA, b: pair.responseB };
  const pane = (side: Side) => (
    <Answer
      text={texts[side]}
      against={diff ? texts[side === "a" ? "b" : "a"] : undefined}
      side={side}
      language={pair.language}
    />
  );
  return (
    <div className="overflow-clip rounded-md border border-line">
      <Dialogue messages={pair.context} language={pair.language} />
      <Panes preferred={preferred} apart={apart}>
        {{ a: pane("a"), b: pane("b") }}
      </Panes>
      <div className="flex flex-wrap items-center gap-2 border-t border-line bg-page px-3 py-2">
        {children}
        <Button variant="ghost" size="sm" shortcut="d" aria-pressed={diff} onClick={() => setDiff(!diff)}>
          {t("diff")}
        </Button>
      </div>
    </div>
  );
}
