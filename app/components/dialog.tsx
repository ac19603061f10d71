"use client";
import { X } from "lucide-react";
import { useTranslations } from "next-intl";
import { Dialog as Primitive } from "radix-ui";
import { type ReactNode, useRef } from "react";
import { IconButton } from "./button";
import { cn } from "./cn";

interface OverlayProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: ReactNode;
  children: ReactNode;
  className?: string;
}

/**
 * Gives the focus back to what a keyboard opened the dialog with; ours are opened by state, and without a trigger Radix leaves the focus
 * nowhere. Who clicked goes on with the page's own keys, which a focused button would take from them.
 */
function useReturnedFocus() {
  const opener = useRef<HTMLElement | null>(null);
  return {
    onOpenAutoFocus: () => {
      const { activeElement } = document;
      opener.current =
        activeElement instanceof HTMLElement && activeElement.matches(":focus-visible") ? activeElement : null;
    },
    onCloseAutoFocus: (event: Event) => {
      event.preventDefault();
      opener.current?.focus({ preventScroll: true });
    },
  };
}

function Overlay({ frame, ...props }: OverlayProps & { frame: string }) {
  const t = useTranslations("common");
  const returnedFocus = useReturnedFocus();
  return (
    <Primitive.Root open={props.open} onOpenChange={props.onOpenChange}>
      <Primitive.Portal>
        <Primitive.Overlay className="fixed inset-0 z-40 bg-scrim" />
        <Primitive.Content
          {...returnedFocus}
          {...(props.description ? {} : { "aria-describedby": undefined })}
          className={cn("fixed z-50 flex flex-col border border-line bg-surface shadow-2xl", frame, props.className)}
        >
          <header className="flex items-start justify-between gap-4 border-b border-line px-4 py-3">
            <div className="min-w-0">
              <Primitive.Title className="text-lg font-semibold">{props.title}</Primitive.Title>
              {props.description && (
                <Primitive.Description className="text-sm text-muted">{props.description}</Primitive.Description>
              )}
            </div>
            <Primitive.Close asChild>
              <IconButton label={t("close")}>
                <X size={18} aria-hidden />
              </IconButton>
            </Primitive.Close>
          </header>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
          <section tabIndex={0} aria-label={props.title} className="min-h-0 flex-1 overflow-y-auto p-4">
            {props.children}
          </section>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

/** Centred dialog, for what must be answered now. Routine work never opens one. */
export const Dialog = (props: OverlayProps) => (
  <Overlay
    frame="top-1/2 left-1/2 max-h-[85dvh] w-[min(34rem,calc(100vw-2rem))] -translate-x-1/2 -translate-y-1/2 rounded-lg"
    {...props}
  />
);

/** Panel at the right edge (at the bottom on phones), for what is read beside the work. */
export const Drawer = (props: OverlayProps) => (
  <Overlay
    frame="inset-x-0 bottom-0 max-h-[85dvh] rounded-t-lg sm:inset-y-0 sm:right-0 sm:left-auto sm:max-h-none sm:w-[min(30rem,90vw)] sm:rounded-none"
    {...props}
  />
);
