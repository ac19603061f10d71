"use client";
/** A chart with its caption and its numbers. Plot is fetched when the first chart shows. */
import type { PlotOptions } from "@observablehq/plot";
import { useTranslations } from "next-intl";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { type Column, Table } from "./table";

type PlotModule = typeof import("@observablehq/plot");

interface PlotFigureProps<Row> {
  title: string;
  caption?: ReactNode;
  /** Receives the module, so that pages need not import it. Must be stable between renders (`useCallback`). */
  options: (plot: PlotModule) => PlotOptions;
  /** The same numbers as a table: every chart has one. */
  table: { columns: Column<Row>[]; rows: Row[]; rowKey: (row: Row) => string };
  /** Pixels; the width follows the place. */
  height?: number;
  /** The place on the x axis that several charts point at together; null = none. */
  hover?: { x: number | null; onHover: (x: number | null) => void };
}

export function PlotFigure<Row>({ title, caption, options, table, height = 240, hover }: PlotFigureProps<Row>) {
  const t = useTranslations("common");
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const [chartScale, setChartScale] = useState<XScale | null>(null);
  useEffect(() => {
    const place = box.current;
    if (!place || width === 0) return;
    let gone = false;
    import("@observablehq/plot").then((plot) => {
      if (gone) return;
      const chart = plot.plot({
        ...options(plot),
        width,
        height,
        className: "plot",
        ariaLabel: title,
        style: { background: "transparent" },
      });
      // Its rules are in globals.css; the element itself would violate the content security policy.
      for (const style of chart.querySelectorAll("style")) style.remove();
      // One picture with one name: Plot names its groups too, which ARIA forbids on elements without a role.
      chart.setAttribute("role", "img");
      for (const part of chart.querySelectorAll("[aria-label]")) part.removeAttribute("aria-label");
      place.replaceChildren(chart);
      const x = chart.scale("x");
      setChartScale(x?.apply && x.invert ? { apply: x.apply, invert: x.invert } : null);
    });
    return () => {
      gone = true;
    };
  }, [options, width, height, title]);
  return (
    <figure className="min-w-0">
      <figcaption className="mb-2">
        <p className="font-medium">{title}</p>
        {caption && <p className="text-sm text-muted">{caption}</p>}
      </figcaption>
      <div className="relative">
        <div ref={box} style={{ minHeight: height }} />
        {hover && chartScale && <SharedPointer hover={hover} scale={chartScale} />}
      </div>
      <details className="mt-2 text-sm">
        <summary className="text-muted">{t("showTable")}</summary>
        <Table label={title} {...table} />
      </details>
    </figure>
  );
}

interface XScale {
  apply: (x: number) => number;
  invert: (pixel: number) => number;
}

/** A line at the shared place, over the chart; the pointer moves it. What it reads there, the captions say. */
function SharedPointer({ hover, scale }: { hover: NonNullable<PlotFigureProps<unknown>["hover"]>; scale: XScale }) {
  return (
    <div
      aria-hidden="true"
      className="absolute inset-0"
      onPointerMove={(event) => {
        const { left } = event.currentTarget.getBoundingClientRect();
        hover.onHover(scale.invert(event.clientX - left));
      }}
      onPointerLeave={() => hover.onHover(null)}
    >
      {hover.x !== null && (
        <div className="absolute inset-y-0 w-px bg-line-strong" style={{ left: scale.apply(hover.x) }} />
      )}
    </div>
  );
}

function useWidth(ref: React.RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref]);
  return width;
}
