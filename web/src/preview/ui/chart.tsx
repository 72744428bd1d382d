import * as React from "react";
import { Legend, ResponsiveContainer, Tooltip } from "recharts";
import { cn } from "@/lib/utils";
import { type ChartConfig, ChartSettings, ChartStyle } from "./chart-config";
import { ChartLegendContent, ChartTooltipContent } from "./chart-content";

type ContainerProps = Omit<React.ComponentProps<"div">, "children"> & { config: ChartConfig; children: React.ComponentProps<typeof ResponsiveContainer>["children"] };

/** Grid lines, axes and cursors in the colours of the theme; recharts would paint them grey. */
const quiet =
  "[&_.recharts-cartesian-axis-tick_text]:fill-muted-foreground [&_.recharts-cartesian-grid_line]:stroke-border/50 [&_.recharts-curve.recharts-tooltip-cursor]:stroke-border [&_.recharts-polar-grid_line]:stroke-border [&_.recharts-radial-bar-background-sector]:fill-muted [&_.recharts-rectangle.recharts-tooltip-cursor]:fill-muted [&_.recharts-reference-line_line]:stroke-border [&_.recharts-sector]:outline-hidden [&_.recharts-surface]:outline-hidden";

function ChartContainer({ id, className, children, config, ...props }: ContainerProps) {
  const own = React.useId();
  const name = `chart-${(id ?? own).replaceAll(/[^\w-]/g, "")}`;
  return (
    <ChartSettings value={config}>
      <div data-chart={name} className={cn("flex aspect-video justify-center text-xs", quiet, className)} {...props}>
        <ChartStyle id={name} config={config} />
        <ResponsiveContainer>{children}</ResponsiveContainer>
      </div>
    </ChartSettings>
  );
}

const ChartTooltip = Tooltip;
const ChartLegend = Legend;

export { type ChartConfig, ChartContainer, ChartLegend, ChartLegendContent, ChartStyle, ChartTooltip, ChartTooltipContent };
