"use client";
import { useTranslations } from "next-intl";
import { Button } from "@/app/components/button";
import { Checkbox, Input } from "@/app/components/field";
import { ErrorState } from "@/app/components/states";
import { Table } from "@/app/components/table";
import { useAction } from "@/lib/client/console/use-endpoint";
import { type PolicyView, updateVariant } from "@/lib/contracts/policies";

const WEIGHT_MAX = 1000;
type Variant = PolicyView["variants"][number];

export function VariantTable({ policy }: { policy: PolicyView }) {
  const t = useTranslations("console.policies");
  const update = useAction(updateVariant);
  const change = (variant: Variant, body: { active?: boolean; weight?: number }) =>
    update.mutate({ params: { id: variant.id }, body });
  return (
    <>
      {update.error && <ErrorState className="mb-3" error={update.error} />}
      <Table
        label={t("variantsOf", { name: policy.name })}
        rows={policy.variants}
        rowKey={(variant) => variant.id}
        columns={[
          {
            key: "name",
            header: t("variant"),
            className: "min-w-40",
            cell: (variant) => <VariantName variant={variant} />,
          },
          {
            key: "temperature",
            header: t("fields.temperature"),
            numeric: true,
            cell: (variant) => variant.temperature,
          },
          { key: "topP", header: t("fields.topP"), numeric: true, cell: (variant) => variant.topP },
          { key: "topK", header: t("fields.topK"), numeric: true, cell: (variant) => variant.topK || "–" },
          { key: "tokensMax", header: t("fields.tokensMax"), numeric: true, cell: (variant) => variant.tokensMax },
          {
            key: "weight",
            header: t("fields.weight"),
            cell: (variant) => (
              <WeightForm
                key={variant.weight}
                variant={variant}
                busy={update.isPending}
                onSave={(weight) => change(variant, { weight })}
              />
            ),
          },
          {
            key: "active",
            header: t("drawn"),
            cell: (variant) => (
              <Checkbox
                label={<span className="sr-only">{t("drawVariant", { name: variant.name })}</span>}
                checked={variant.active}
                disabled={update.isPending}
                onChange={(event) => change(variant, { active: event.target.checked })}
              />
            ),
          },
        ]}
      />
    </>
  );
}

function VariantName({ variant }: { variant: Variant }) {
  const t = useTranslations("console.policies");
  if (!variant.systemPrompt) return variant.name;
  return (
    <details>
      <summary className="cursor-pointer">{variant.name}</summary>
      <p className="mt-1 text-sm text-muted">{t("fields.systemPrompt")}</p>
      <p className="max-w-read text-sm whitespace-pre-wrap">{variant.systemPrompt}</p>
    </details>
  );
}

/** The weight counts for later draws only; drawn answers keep the probability they were drawn with. */
function WeightForm({ variant, busy, onSave }: { variant: Variant; busy: boolean; onSave: (weight: number) => void }) {
  const t = useTranslations("console.policies");
  return (
    <form
      className="flex items-center gap-1"
      onSubmit={(event) => {
        event.preventDefault();
        onSave(Number(new FormData(event.currentTarget).get("weight")));
      }}
    >
      <Input
        type="number"
        name="weight"
        required
        min={0}
        max={WEIGHT_MAX}
        step="any"
        defaultValue={variant.weight}
        aria-label={t("weightOf", { name: variant.name })}
        className="w-20"
      />
      <Button type="submit" size="sm" variant="ghost" busy={busy}>
        {t("save")}
      </Button>
    </form>
  );
}
