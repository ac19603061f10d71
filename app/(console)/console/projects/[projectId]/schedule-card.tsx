"use client";
import { useFormatter, useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { Button } from "@/app/components/button";
import { Section } from "@/app/components/card";
import { Checkbox, Field, Input, Select } from "@/app/components/field";
import { ErrorState, Skeleton } from "@/app/components/states";
import { useAction, useRead } from "@/lib/client/console/use-endpoint";
import { getSchedule, putSchedule, type Schedule } from "@/lib/contracts/rounds";

const DAYS = ["1", "2", "3", "4", "5", "6", "0"] as const;

/** "m h * * d" as the form shows it; null for expressions that only the API can write. */
function weekly(cron: string): { time: string; day: string } | null {
  const match = /^(\d{1,2}) (\d{1,2}) \* \* ([0-6])$/.exec(cron);
  return match ? { time: `${match[2]!.padStart(2, "0")}:${match[1]!.padStart(2, "0")}`, day: match[3]! } : null;
}

export function ScheduleCard({ projectId }: { projectId: string }) {
  const t = useTranslations("console.schedule");
  const schedule = useRead(getSchedule, { params: { projectId } });
  return (
    <Section title={t("title")} description={t("description")}>
      {schedule.error && <ErrorState error={schedule.error} onRetry={() => schedule.refetch()} />}
      {schedule.isPending && <Skeleton className="h-20" />}
      {schedule.data && (
        <ScheduleForm key={JSON.stringify(schedule.data)} projectId={projectId} schedule={schedule.data} />
      )}
    </Section>
  );
}

function ScheduleForm({ projectId, schedule }: { projectId: string; schedule: Schedule }) {
  const t = useTranslations("console.schedule");
  const format = useFormatter();
  const save = useAction(putSchedule);
  const [paused, setPaused] = useState(schedule.paused);
  const now = weekly(schedule.cron);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const [hour, minute] = String(form.get("time")).split(":");
    const cron = `${Number(minute)} ${Number(hour)} * * ${form.get("day")}`;
    save.mutate({ params: { projectId }, body: { cron, timeZone: String(form.get("timeZone")), paused } });
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-3">
      <div className="grid gap-3 sm:grid-cols-3">
        <Field label={t("day")}>
          {(control) => (
            <Select {...control} name="day" defaultValue={now?.day ?? "1"}>
              {DAYS.map((day) => (
                <option key={day} value={day}>
                  {format.dateTime(new Date(Date.UTC(2024, 0, Number(day) + 7)), { weekday: "long", timeZone: "UTC" })}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label={t("time")}>
          {(control) => <Input {...control} type="time" name="time" required defaultValue={now?.time ?? "03:00"} />}
        </Field>
        <Field label={t("timeZone")} hint={t("timeZoneHint")}>
          {(control) => <Input {...control} name="timeZone" required defaultValue={schedule.timeZone} />}
        </Field>
      </div>
      {!now && <p className="text-sm text-muted">{t("custom", { cron: schedule.cron })}</p>}
      <div className="flex flex-wrap items-center justify-between gap-3">
        <Checkbox label={t("paused")} checked={paused} onChange={(event) => setPaused(event.target.checked)} />
        <span className="text-sm text-muted">
          {schedule.nextAt
            ? t("next", {
                date: format.dateTime(new Date(schedule.nextAt), {
                  dateStyle: "full",
                  timeStyle: "short",
                  timeZone: schedule.timeZone,
                }),
              })
            : t("none")}
        </span>
        <Button type="submit" busy={save.isPending}>
          {t("save")}
        </Button>
      </div>
      {save.error && <ErrorState error={save.error} />}
    </form>
  );
}
