"use client";
import { useTranslations } from "next-intl";
import { Activity, useEffect, useState } from "react";
import { PreferencesProvider } from "@/lib/client/annotate/preferences";
import { useGuidelineNews } from "@/lib/client/annotate/use-guideline-news";
import { type Hotkeys, useHotkeys } from "@/lib/client/annotate/use-hotkeys";
import { definePart, preloadParts, usePart } from "@/lib/client/part";
import { useStable } from "@/lib/client/stable";
import type { AnnotatedItem, LeasedAssignment } from "@/lib/contracts/assignments";
import type { Preferences } from "@/lib/contracts/preferences";
import { preloadMarkdown } from "../markdown";
import { diffPart } from "./diff-text";
import { type ItemActions, LeasedWork } from "./leased-work";
import { NewBuildNotice } from "./new-build-notice";
import { NoWork } from "./no-work";
import { ReviseWork } from "./revise-work";
import type { SkipMode } from "./skip-panel";
import { useWork, type Work as WorkState } from "./use-work";
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
      <div className="flex h-dvh flex-col">
        <NewBuildNotice />
        <Work {...props} />
      </div>
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
  const openSkip = () => setPanel("skip");
  const actions = useItemActions(work, openSkip);
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
  if (canSkip) keys.skip = openSkip;
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
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <WorkBar
        projectId={projectId}
        item={item}
        today={work.today}
        expiresAt={revising ? null : (leased?.expiresAt ?? null)}
        waiting={handover.waiting - (handover.holding ? 1 : 0)}
        decisions={work.recent.decisions}
        onReopen={reopen}
        guidelinesOpen={panel === "guidelines"}
        guidelinesNew={news.unread}
        onGuidelines={() => toggle("guidelines")}
        onHistory={() => setPanel("history")}
        onHelp={() => setPanel("help")}
      />
      <div className="flex min-h-0 flex-1">
        {/* What takes the focus comes to stand between the question and the panel, not behind them. */}
        <main
          id="main"
          className="flex min-h-0 min-w-0 flex-1 flex-col overflow-y-auto [@media(min-height:36rem)]:scroll-pt-28 [@media(min-height:36rem)]:scroll-pb-64"
        >
          {revising ? (
            <ReviseWork key={revising} comparisonId={revising} handover={handover} onClose={() => setRevising(null)} />
          ) : leased ? (
            <>
              <BegunFirst shown={campaignId !== null && leased.item.campaign.id !== campaignId} />
              <Items
                projectId={projectId}
                leased={leased}
                ahead={leases.ahead}
                actions={actions}
                gone={handover.gone}
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

function useItemActions(work: WorkState, openSkip: () => void): ItemActions {
  const { announce, goOn, continueDialogue, finishDialogue, undo, handover } = work;
  const { handOver } = handover;
  return useStable({ announce, goOn, continueDialogue, finishDialogue, undo, handOver, openSkip });
}

interface ItemsProps {
  projectId: string;
  leased: LeasedAssignment;
  ahead: LeasedAssignment | null;
  actions: ItemActions;
  gone: ReadonlySet<string>;
}

/** The item on screen and, unseen behind it, the next one, drawn while nobody waits: going on then has only to show it. */
function Items({ projectId, leased, ahead, actions, gone }: ItemsProps) {
  const ready = useReady(ahead);
  const next = ready && ready.assignmentId !== leased.assignmentId && !gone.has(ready.assignmentId) ? ready : null;
  return [leased, next].map(
    (each) =>
      each && (
        <Activity key={each.assignmentId} mode={each === leased ? "visible" : "hidden"}>
          <LeasedWork projectId={projectId} leased={each} actions={actions} handedOver={gone.has(each.assignmentId)} />
        </Activity>
      ),
  );
}

/** The item once everything has been fetched that it is drawn with. A live turn is none: its composer takes the focus when it comes. */
function useReady(leased: LeasedAssignment | null): LeasedAssignment | null {
  const [ready, setReady] = useState<LeasedAssignment | null>(null);
  useEffect(() => {
    if (!leased || leased.item.kind === "live") return;
    let wanted = true;
    void preloadMarkdown(textsOf(leased.item)).then(() => wanted && setReady(leased));
    return () => {
      wanted = false;
    };
  }, [leased]);
  return ready === leased ? ready : null;
}

const textsOf = ({ context, responseA, responseB }: AnnotatedItem): string[] => [
  ...context.map(({ content }) => content),
  responseA ?? "",
  responseB ?? "",
];

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
