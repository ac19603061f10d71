"use client";
import { UserPlus } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Badge } from "@/app/components/badge";
import { Button } from "@/app/components/button";
import { PageHeader } from "@/app/components/card";
import { Confirm } from "@/app/components/confirm";
import { Select } from "@/app/components/field";
import { ListFilters } from "@/app/components/list/list-filters";
import { ListRows } from "@/app/components/list/list-rows";
import type { ListColumn } from "@/app/components/list/list-table";
import { ListTools } from "@/app/components/list/list-tools";
import { ErrorState } from "@/app/components/states";
import { toast } from "@/app/components/toast";
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
  const [leaving, setLeaving] = useState<User | null>(null);
  const setRole = (user: User, role: User["role"]) => {
    const params = { id: user.id };
    const undo = { label: t("undo"), run: () => update.mutate({ params, body: { role: user.role } }) };
    const onSuccess = () =>
      toast({ tone: "done", title: t("roleSet", { name: user.name, role: roles(role) }), action: undo });
    update.mutate({ params, body: { role } }, { onSuccess });
  };
  const columns = useColumns({
    ownId,
    busyId: update.isPending ? update.variables.params?.id : undefined,
    onRole: setRole,
    onDisable: setLeaving,
    onEnable: ({ id }) => update.mutate({ params: { id }, body: { disabled: false } }),
  });
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
      {update.error && <ErrorState className="mb-4" error={update.error} />}
      <ListRows
        label={t("title")}
        columns={columns}
        list={list}
        rowKey={(user) => user.id}
        empty={{ title: t("empty"), hint: t("emptyHint") }}
      />
      {leaving && <Disable user={leaving} onClose={() => setLeaving(null)} />}
      <CreateUser open={creating} onOpenChange={setCreating} />
    </>
  );
}

/** Ends sessions and tokens at once, which enabling does not bring back: so it asks. */
function Disable({ user, onClose }: { user: User; onClose: () => void }) {
  const t = useTranslations("console.users");
  const disable = useAction(updateUser);
  const onConfirm = () => disable.mutate({ params: { id: user.id }, body: { disabled: true } }, { onSuccess: onClose });
  return (
    <Confirm
      title={t("disableTitle", { name: user.name })}
      description={t("disableHint")}
      action={t("disable")}
      busy={disable.isPending}
      error={disable.error}
      onConfirm={onConfirm}
      onClose={onClose}
    />
  );
}

interface Actions {
  ownId: string;
  /** Who is being changed. */
  busyId: string | undefined;
  onRole: (user: User, role: User["role"]) => void;
  onDisable: (user: User) => void;
  onEnable: (user: User) => void;
}

function useColumns({ ownId, busyId, onRole, onDisable, onEnable }: Actions): ListColumn<User>[] {
  const t = useTranslations("console.users");
  return [
    { key: "name", header: t("name"), cell: (user) => user.name },
    { key: "email", header: t("email"), cell: (user) => user.email },
    {
      key: "role",
      header: t("role"),
      cell: (user) => <RoleSelect user={user} disabled={user.id === ownId} onChange={(role) => onRole(user, role)} />,
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
              busy={busyId === user.id}
              onClick={() => (user.disabledAt ? onEnable(user) : onDisable(user))}
            >
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
