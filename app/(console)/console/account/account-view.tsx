"use client";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { Button } from "@/app/components/button";
import { PageHeader, Section } from "@/app/components/card";
import { Field, Input, Select } from "@/app/components/field";
import { LocaleOptions } from "@/app/components/locale-options";
import { ErrorState } from "@/app/components/states";
import { toast } from "@/app/components/toast";
import { useAction } from "@/lib/client/console/use-endpoint";
import { chooseLocale } from "@/lib/client/locale";
import { changePassword, updateMe } from "@/lib/contracts/users";
import { isLocale, type Locale } from "@/lib/domain/locales";
import { Tokens } from "./tokens";

export function AccountView({ name, locale }: { name: string; locale: Locale }) {
  const t = useTranslations("console.account");
  return (
    <>
      <PageHeader title={t("title")} />
      <div className="grid gap-5 lg:grid-cols-2">
        <Profile name={name} locale={locale} />
        <Password />
        <div className="lg:col-span-2">
          <Tokens />
        </div>
      </div>
    </>
  );
}

function Profile({ name, locale }: { name: string; locale: Locale }) {
  const t = useTranslations("console.account");
  const router = useRouter();
  const action = useAction(updateMe);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const chosen = form.get("locale");
    await action.mutateAsync({ body: { name: String(form.get("name")) } });
    if (isLocale(chosen)) await chooseLocale(chosen);
    toast({ title: t("saved") });
    router.refresh();
  };
  return (
    <Section title={t("profile")}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <Field label={t("name")}>
          {(control) => <Input {...control} name="name" required maxLength={200} defaultValue={name} />}
        </Field>
        <Field label={t("language")}>
          {(control) => (
            <Select {...control} name="locale" defaultValue={locale}>
              <LocaleOptions />
            </Select>
          )}
        </Field>
        {action.error && <ErrorState error={action.error} />}
        <Button type="submit" busy={action.isPending}>
          {t("save")}
        </Button>
      </form>
    </Section>
  );
}

function Password() {
  const t = useTranslations("console.account");
  const action = useAction(changePassword);
  const [done, setDone] = useState(false);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const body = { current: String(form.get("current")), next: String(form.get("next")) };
    action.mutate({ body }, { onSuccess: () => setDone(true) });
  };
  const problem = (path: string) => action.error?.problems.find((entry) => entry.path === `body.${path}`)?.message;
  return (
    <Section title={t("password")} description={t("passwordHint")}>
      {done ? (
        <p role="status">{t("passwordChanged")}</p>
      ) : (
        <form onSubmit={submit} className="flex flex-col gap-4">
          <Field label={t("current")} error={problem("current")}>
            {(control) => (
              <Input {...control} name="current" type="password" required autoComplete="current-password" />
            )}
          </Field>
          <Field label={t("next")} error={problem("next")}>
            {(control) => (
              <Input {...control} name="next" type="password" required minLength={10} autoComplete="new-password" />
            )}
          </Field>
          {action.error && action.error.problems.length === 0 && <ErrorState error={action.error} />}
          <Button type="submit" busy={action.isPending}>
            {t("change")}
          </Button>
        </form>
      )}
    </Section>
  );
}
