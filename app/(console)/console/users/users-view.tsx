"use client";
import { UserPlus } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Badge } from "@/app/components/badge";
import { Button } from "@/app/components/button";
import { PageHeader } from "@/app/components/card";
import { Select } from "@/app/components/field";
import { ListFilters } from "@/app/components/list/list-filters";
import { type ListColumn, ListTable } from "@/app/components/list/list-table";
import { ListTools } from "@/app/components/list/list-tools";
import { EmptyState, ErrorState } from "@/app/components/states";
import type { ListFilter } from "@/lib/client/console/list/list-query";
import { useList } from "@/lib/client/console/list/use-list";
import { useAction } from "@/lib/client/console/use-endpoint";
import { exportUsers, listUsers, type User, updateUser } from "@/lib/contracts/users";
import { ROLES } from "@/lib/domain/roles";
import { When } from "../parts/when";
import { CreateUser } from "./create-user";

export function UsersView({ ownId }: { ownId: string }) {
  const t = useTranslations("console.users");
  const roles = useTranslations("console.members.roles");
  const [creating, setCreating] = useState(false);
  const update = useAction(updateUser);
  const change = (user: User, body: { role?: User["role"]; disabled?: boolean }) =>
    update.mutate({ params: { id: user.id }, body });
  const columns = useColumns(ownId, update.isPending, change);
  const filters: ListFilter[] = [
    { name: "search", label: t("search"), kind: "text" },
    { name: "role", label: t("role"), kind: "select", options: ROLES.map((value) => ({ value, label: roles(value) })) },
    {
      name: "state",
      label: t("state"),
      kind: "select",
      options: (["active", "disabled"] as const).map((value) => ({ value, label: t(value) })),
    },
  ];
  const list = useList(listUsers, { filters, columns });
  const error = list.error ?? update.error;
  const create = (
    <Button variant="primary" icon={<UserPlus size={16} aria-hidden />} onClick={() => setCreating(true)}>
      {t("create")}
    </Button>
  );
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} actions={create} />
      <ListFilters list={list} />
      <ListTools screen="users" list={list} columns={columns} csv={{ endpoint: exportUsers }} />
      {error && <ErrorState className="mb-4" error={error} onRetry={list.refetch} />}
      <ListTable
        label={t("title")}
        columns={columns}
        shown={list.shown}
        rows={list.rows}
        rowKey={(user) => user.id}
        loading={list.loading}
        onLoadMore={list.onLoadMore}
        loadingMore={list.loadingMore}
        empty={<EmptyState title={t("empty")}>{t("emptyHint")}</EmptyState>}
      />
      <CreateUser open={creating} onOpenChange={setCreating} />
    </>
  );
}

function useColumns(
  ownId: string,
  busy: boolean,
  change: (user: User, body: { role?: User["role"]; disabled?: boolean }) => void,
): ListColumn<User>[] {
  const t = useTranslations("console.users");
  return [
    { key: "name", header: t("name"), cell: (user) => user.name },
    { key: "email", header: t("email"), cell: (user) => user.email },
    {
      key: "role",
      header: t("role"),
      cell: (user) => (
        <RoleSelect user={user} disabled={user.id === ownId} onChange={(role) => change(user, { role })} />
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
            <Button size="sm" variant="ghost" busy={busy} onClick={() => change(user, { disabled: !user.disabledAt })}>
              {user.disabledAt ? t("enable") : t("disable")}
            </Button>
          )}
        </span>
      ),
    },
  ];
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
