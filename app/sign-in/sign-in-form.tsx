"use client";
import { signIn } from "next-auth/react";
import { useTranslations } from "next-intl";
import { type FormEvent, useRef, useState } from "react";
import { Button } from "../components/button";
import { Field, Input } from "../components/field";

interface Props {
  target: string;
  /** Name of the single sign-on, or null when none is configured. */
  oidcName: string | null;
  /** The sign-on service sent the person back without success. */
  failed: boolean;
}

/** One sentence for every wrong pair: whether the address is known is nobody's business. */
export function SignInForm({ target, oidcName, failed }: Props) {
  const t = useTranslations("common.signIn");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(failed ? t("oidcFailed") : null);
  const password = useRef<HTMLInputElement>(null);

  const wording = (error: string): string => {
    const seconds = /^throttled:(\d+)$/.exec(error)?.[1];
    if (seconds) return t("throttled", { minutes: Math.ceil(Number(seconds) / 60) });
    return error === "unreachable" ? t("unreachable") : t("invalid");
  };
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setProblem(null);
    const answer = await signIn("password", {
      redirect: false,
      email: form.get("email"),
      password: form.get("password"),
    }).catch(() => ({ ok: false, error: "unreachable" }));
    if (answer?.ok && !answer.error) {
      window.location.assign(target);
      return;
    }
    setProblem(wording(answer?.error ?? "unreachable"));
    setBusy(false);
    password.current?.select();
  };

  return (
    <>
      <form method="post" onSubmit={submit} className="flex flex-col gap-3">
        <Field label={t("email")}>
          {(control) => <Input {...control} name="email" type="email" required autoComplete="username" />}
        </Field>
        <Field label={t("password")}>
          {(control) => (
            <Input
              {...control}
              ref={password}
              name="password"
              type="password"
              required
              maxLength={200}
              autoComplete="current-password"
            />
          )}
        </Field>
        <p role="alert" className="min-h-5 text-sm text-danger">
          {problem}
        </p>
        <Button type="submit" variant="primary" busy={busy}>
          {t("submit")}
        </Button>
      </form>
      {oidcName && (
        <>
          <p className="my-3 text-center text-sm text-muted">{t("or")}</p>
          <Button className="w-full" onClick={() => signIn("oidc", { callbackUrl: target })}>
            {t("with", { name: oidcName })}
          </Button>
        </>
      )}
    </>
  );
}
