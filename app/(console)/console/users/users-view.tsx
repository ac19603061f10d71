"use client";
import { UserPlus } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Badge } from "@/app/components/badge";
import { Button } from "@/app/components/button";
import { PageHeader } from "@/app/components/card";
import { Field, Input, Select } from "@/app/components/field";
import { EmptyState, ErrorState } from "@/app/components/states";
import { Table } from "@/app/components/table";
import { useAction } from "@/lib/client/console/use-endpoint";
import { useFilter } from "@/lib/client/console/use-filter";
import { usePages } from "@/lib/client/console/use-pages";
import { listUsers, type User, updateUser } from "@/lib/contracts/users";
import { ROLES } from "@/lib/domain/roles";
import { When } from "../parts/when";
import { CreateUser } from "./create-user";

export function UsersView({ ownId }: { ownId: string }) {
  const t = useTranslations("console.users");
  const [search, setSearch] = useFilter("search");
  const [creating, setCreating] = useState(false);
  const people = usePages(
    listUsers,
    { query: { search } },
    { rows: (page) => page.rows, next: (page) => (page.next ? { after: page.next } : null) },
  );
  const update = useAction(updateUser);
  const create = (
    <Button variant="primary" icon={<UserPlus size={16} aria-hidden />} onClick={() => setCreating(true)}>
      {t("create")}
    </Button>
  );
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} actions={create} />
      <Field label={t("search")} className="mb-4 max-w-md">
        {(control) => (
          <Input {...control} type="search" defaultValue={search} onChange={(event) => setSearch(event.target.value)} />
        )}
      </Field>
      {(people.error ?? update.error) && <ErrorState className="mb-4" error={people.error ?? update.error} />}
      <Table
        label={t("title")}
        rows={people.rows}
        rowKey={(user) => user.id}
        loading={people.loading}
        onLoadMore={people.onLoadMore}
        loadingMore={people.loadingMore}
        empty={<EmptyState title={t("empty")}>{t("emptyHint")}</EmptyState>}
        columns={[
          { key: "name", header: t("name"), cell: (user) => user.name },
          { key: "email", header: t("email"), cell: (user) => user.email },
          {
            key: "role",
            header: t("role"),
            cell: (user) => (
              <RoleSelect
                user={user}
                disabled={user.id === ownId}
                onChange={(role) => update.mutate({ params: { id: user.id }, body: { role } })}
              />
            ),
          },
          { key: "created", header: t("created"), cell: (user) => <When at={user.createdAt} /> },
          {
            key: "state",
            header: t("state"),
            cell: (user) => (
              <span className="flex items-center gap-2">
                <Badge tone={user.disabledAt ? "warn" : "done"}>{user.disabledAt ? t("disabled") : t("active")}</Badge>
                {user.id !== ownId && (
                  <Button
                    size="sm"
                    variant="ghost"
                    busy={update.isPending}
                    onClick={() => update.mutate({ params: { id: user.id }, body: { disabled: !user.disabledAt } })}
                  >
                    {user.disabledAt ? t("enable") : t("disable")}
                  </Button>
                )}
              </span>
            ),
          },
        ]}
      />
      <CreateUser open={creating} onOpenChange={setCreating} />
    </>
  );
}

function RoleSelect({
  user,
  disabled,
  onChange,
}: {
  user: User;
  disabled: boolean;
  onChange: (role: User["role"]) => void;
}) {
  const t = useTranslations("console");
  return (
    <Select
      aria-label={t("users.roleOf", { name: user.name })}
      className="w-36"
      value={user.role}
      disabled={disabled}
      onChange={(event) => onChange(event.target.value as User["role"])}
    >
      {ROLES.map((role) => (
        <option key={role} value={role}>
          {t(`members.roles.${role}`)}
        </option>
      ))}
    </Select>
  );
}
