"use client";
import { useTranslations } from "next-intl";
import type { FormEvent } from "react";
import { Button } from "@/app/components/button";
import { Dialog } from "@/app/components/dialog";
import { Field, Input, Select } from "@/app/components/field";
import { LocaleOptions } from "@/app/components/locale-options";
import { ErrorState } from "@/app/components/states";
import { useAction } from "@/lib/client/console/use-endpoint";
import { createUser } from "@/lib/contracts/users";
import type { Locale } from "@/lib/domain/locales";
import { ROLES, type Role } from "@/lib/domain/roles";

export function CreateUser({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const t = useTranslations("console");
  const action = useAction(createUser);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name));
    const body = {
      name: text("name"),
      email: text("email"),
      password: text("password"),
      role: text("role") as Role,
      locale: text("locale") as Locale,
    };
    action.mutate({ body }, { onSuccess: () => onOpenChange(false) });
  };
  const problem = (path: string) => action.error?.problems.find((entry) => entry.path === `body.${path}`)?.message;
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={t("users.create")}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <Field label={t("users.name")} error={problem("name")}>
          {(control) => <Input {...control} name="name" required maxLength={200} autoComplete="off" />}
        </Field>
        <Field label={t("users.email")} error={problem("email")}>
          {(control) => <Input {...control} name="email" type="email" required autoComplete="off" />}
        </Field>
        <Field label={t("users.password")} hint={t("users.passwordHint")} error={problem("password")}>
          {(control) => (
            <Input {...control} name="password" type="password" required minLength={10} autoComplete="new-password" />
          )}
        </Field>
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label={t("users.role")}>
            {(control) => (
              <Select {...control} name="role">
                {ROLES.map((role) => (
                  <option key={role} value={role}>
                    {t(`members.roles.${role}`)}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <Field label={t("guidelines.language")}>
            {(control) => (
              <Select {...control} name="locale">
                <LocaleOptions />
              </Select>
            )}
          </Field>
        </div>
        {action.error && action.error.problems.length === 0 && <ErrorState error={action.error} />}
        <Button type="submit" variant="primary" busy={action.isPending}>
          {t("users.create")}
        </Button>
      </form>
    </Dialog>
  );
}
