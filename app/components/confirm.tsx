"use client";
import { useTranslations } from "next-intl";
import { Button } from "./button";
import { Dialog } from "./dialog";
import { ErrorState } from "./states";

interface ConfirmProps {
  title: string;
  /** What is lost and what is kept. */
  description: string;
  /** The button's word: what happens. */
  action: string;
  /** The other button's word; absent = leave it as it is. */
  keep?: string;
  busy: boolean;
  error: { message: string } | null;
  onConfirm: () => void;
  onClose: () => void;
}

/** Asks before what cannot be undone. */
export function Confirm({ title, description, action, keep, busy, error, onConfirm, onClose }: ConfirmProps) {
  const t = useTranslations("common");
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={title} description={description}>
      {error && <ErrorState className="mb-4" error={error} />}
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={onClose}>{keep ?? t("leaveIt")}</Button>
        <Button variant="danger" busy={busy} onClick={onConfirm}>
          {action}
        </Button>
      </div>
    </Dialog>
  );
}
