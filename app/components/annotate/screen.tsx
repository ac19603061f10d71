"use client";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { PreferencesProvider, useKeys } from "@/lib/client/annotate/preferences";
import { useGuidelineNews } from "@/lib/client/annotate/use-guideline-news";
import { type Hotkeys, useHotkeys } from "@/lib/client/annotate/use-hotkeys";
import { definePart, preloadParts, usePart } from "@/lib/client/part";
import type { Preferences } from "@/lib/contracts/preferences";
import { Button } from "../button";
import { diffPart } from "./diff-text";
import { LeasedWork } from "./leased-work";
import { NewBuildNotice } from "./new-build-notice";
import { NoWork } from "./no-work";
import { ReviseWork } from "./revise-work";
import type { SkipMode } from "./skip-panel";
import { useWork } from "./use-work";
import { WorkBar } from "./work-bar";

export interface WorkScreenProps {
  userId: string;
  projectId: string;
  campaignId: string | null;
  /** A judgement to reopen, from the history. */
  reviseId: string | null;
  preferences: Preferences;
}
type Panel = "guidelines" | "help" | "skip" | "history" | null;

const panelsPart = definePart(() => import("./work-panels"));

export function Screen({ preferences, ...props }: WorkScreenProps) {
  return (
    <PreferencesProvider initial={preferences}>
      <NewBuildNotice />
      <Work {...props} />
    </PreferencesProvider>
  );
}

function Work({ userId, projectId, campaignId, reviseId }: Omit<WorkScreenProps, "preferences">) {
  const [panel, setPanel] = useState<Panel>(null);
  const [revising, setRevising] = useState(reviseId);
  const work = useWork({ userId, projectId, campaignId, setRevising });
  const { leases, handover, undo } = work;
  const leased = leases.current.data ?? null;
  const item = leased?.item ?? null;
  const canSkip = leased !== null && revising === null && !handover.gone.has(leased.assignmentId);
  const news = useNews(item?.guideline?.id, () => setPanel((open) => open ?? "guidelines"));
  const panels = usePart(panelsPart, panel !== null);
  useEffect(() => (leased === null ? undefined : preloadParts([panelsPart, diffPart])), [leased]);

  const toggle = (name: Panel) => setPanel((open) => (open === name ? null : name));
  const keys: Hotkeys = {
    guidelines: () => toggle("guidelines"),
    help: () => setPanel("help"),
    history: () => setPanel("history"),
    undo,
  };
  if (canSkip) keys.skip = () => setPanel("skip");
  useHotkeys(keys);
  const close = (open: boolean) => !open && setPanel(null);
  const reopen = (comparisonId: string) => {
    setPanel(null);
    setRevising(comparisonId);
  };
  const skip = (reason: string, mode: SkipMode) => {
    setPanel(null);
    if (leased) void work.skip(leased, reason, mode);
  };
  const buttons = <ItemButtons canSkip={canSkip} onSkip={() => setPanel("skip")} onUndo={undo} />;
  return (
    <div className="flex h-dvh flex-col">
      <WorkBar
        projectId={projectId}
        item={item}
        today={work.today}
        expiresAt={revising ? null : (leased?.expiresAt ?? null)}
        waiting={handover.holding ? 0 : handover.waiting}
        decisions={work.recent.decisions}
        onReopen={reopen}
        guidelinesOpen={panel === "guidelines"}
        guidelinesNew={news.unread}
        onGuidelines={() => toggle("guidelines")}
        onHistory={() => setPanel("history")}
        onHelp={() => setPanel("help")}
      />
      <div className="flex min-h-0 flex-1">
        <main id="main" className="flex min-h-0 min-w-0 flex-1 flex-col overflow-y-auto">
          {revising ? (
            <ReviseWork key={revising} comparisonId={revising} handover={handover} onClose={() => setRevising(null)} />
          ) : leased ? (
            <>
              <BegunFirst shown={campaignId !== null && leased.item.campaign.id !== campaignId} />
              <LeasedWork
                key={leased.assignmentId}
                projectId={projectId}
                leased={leased}
                work={work}
                buttons={buttons}
              />
            </>
          ) : (
            <NoWork query={leases.current} onUndo={undo} projectId={projectId} campaignId={campaignId} />
          )}
        </main>
        {panels && panel === "guidelines" && (
          <panels.Guidelines projectId={projectId} item={item} news={news} onClose={() => setPanel(null)} />
        )}
      </div>
      {panels && (
        <>
          <panels.Shortcuts open={panel === "help"} onOpenChange={close} />
          <panels.SkipDialog open={panel === "skip"} onOpenChange={close} onSkip={skip} />
          <panels.RecentDrawer
            open={panel === "history"}
            onOpenChange={close}
            decisions={work.recent.decisions}
            onReopen={reopen}
          />
        </>
      )}
    </div>
  );
}

/** Calls `onChanged` once for each guideline that has changed since the person read it. */
function useNews(guidelineId: string | undefined, onChanged: () => void) {
  const news = useGuidelineNews(guidelineId);
  const [announced, setAnnounced] = useState<string | null>(null);
  if (news.changed && guidelineId && announced !== guidelineId) {
    setAnnounced(guidelineId);
    onChanged();
  }
  return news;
}

function BegunFirst({ shown }: { shown: boolean }) {
  const t = useTranslations("annotate");
  if (!shown) return null;
  return (
    <p role="status" className="border-b border-line bg-warn-soft px-4 py-2 text-warn">
      {t("begunFirst")}
    </p>
  );
}

function ItemButtons({ canSkip, onSkip, onUndo }: { canSkip: boolean; onSkip: () => void; onUndo: () => void }) {
  const t = useTranslations("annotate.actions");
  const keys = useKeys();
  return (
    <>
      <Button variant="ghost" size="sm" shortcut={keys.skip} disabled={!canSkip} onClick={onSkip}>
        {t("skip")}
      </Button>
      <Button variant="ghost" size="sm" shortcut={keys.undo} onClick={onUndo}>
        {t("undo")}
      </Button>
    </>
  );
}
