/** The insides of a chart's tooltip and legend. */
import type * as React from "react";
import type { LegendPayload, TooltipPayloadEntry } from "recharts";
import { cn } from "@/lib/utils";
import { type Setting, settingOf, useChart } from "./chart-config";

type Indicator = "dot" | "line" | "dashed";
type Formatter = (value: unknown, name: unknown, item: TooltipPayloadEntry, index: number, row: unknown) => React.ReactNode;
type TooltipProps = {
  className?: string;
  active?: boolean;
  payload?: readonly TooltipPayloadEntry[];
  label?: React.ReactNode;
  labelFormatter?: (label: React.ReactNode, payload: readonly TooltipPayloadEntry[]) => React.ReactNode;
  labelClassName?: string;
  formatter?: Formatter;
  indicator?: Indicator;
  hideLabel?: boolean;
  hideIndicator?: boolean;
  color?: string;
  nameKey?: string;
  labelKey?: string;
};

export function ChartTooltipContent({ active, payload = [], className, indicator = "dot", hideLabel = false, hideIndicator = false, label, labelFormatter, labelClassName, formatter, color, nameKey, labelKey }: TooltipProps) {
  const config = useChart();
  const [first] = payload;
  if (!active || !first) return null;
  const named = settingOf(config, first, labelKey ?? (typeof label === "string" ? label : String(first.dataKey ?? first.name ?? "value")))?.label;
  const title = hideLabel ? null : labelFormatter ? labelFormatter(labelKey ? named : (label ?? named), payload) : labelKey || typeof label !== "string" ? (named ?? label) : (config[label]?.label ?? label);
  return (
    <div className={cn("grid min-w-32 items-start gap-1.5 rounded-lg border border-border/50 bg-background px-2.5 py-1.5 text-xs shadow-xl", className)}>
      {title != null && <div className={cn("font-medium", labelClassName)}>{title}</div>}
      {payload.map((item, index) => {
        const setting = settingOf(config, item, nameKey ?? String(item.name ?? item.dataKey ?? "value"));
        return (
          <div key={index} className="flex w-full items-center gap-2">
            {formatter && item.value !== undefined ? formatter(item.value, item.name, item, index, item.payload) : <Row {...{ item, setting, indicator, hideIndicator, color }} />}
          </div>
        );
      })}
    </div>
  );
}

type RowProps = { item: TooltipPayloadEntry; setting?: Setting; indicator: Indicator; hideIndicator: boolean; color?: string };

function Row({ item, setting, indicator, hideIndicator, color }: RowProps) {
  const value = typeof item.value === "number" ? item.value.toLocaleString() : item.value;
  return (
    <>
      {setting?.icon ? <setting.icon /> : !hideIndicator && <Mark look={indicator} color={color ?? item.payload?.fill ?? item.color} />}
      <span className="text-muted-foreground">{setting?.label ?? item.name}</span>
      {value !== undefined && <span className="ml-auto font-mono font-medium tabular-nums">{String(value)}</span>}
    </>
  );
}

const marks = { dot: "size-2.5", line: "h-4 w-1", dashed: "h-4 w-0 border-[1.5px] border-dashed bg-transparent!" };

function Mark({ look, color }: { look: Indicator; color?: string }) {
  return <span className={cn("shrink-0 rounded-[2px]", marks[look])} style={{ backgroundColor: color, borderColor: color }} />;
}

type LegendProps = React.ComponentProps<"div"> & { payload?: readonly LegendPayload[]; verticalAlign?: "top" | "bottom" | "middle"; hideIcon?: boolean; nameKey?: string };

export function ChartLegendContent({ className, hideIcon = false, payload = [], verticalAlign = "bottom", nameKey }: LegendProps) {
  const config = useChart();
  if (payload.length === 0) return null;
  return (
    <div className={cn("flex items-center justify-center gap-4", verticalAlign === "top" ? "pb-3" : "pt-3", className)}>
      {payload.map((item, index) => {
        const setting = settingOf(config, item, nameKey ?? String(item.dataKey ?? "value"));
        return (
          <div key={index} className="flex items-center gap-1.5 [&>svg]:size-3 [&>svg]:text-muted-foreground">
            {setting?.icon && !hideIcon ? <setting.icon /> : <Mark look="dot" color={item.color} />}
            {setting?.label ?? item.value}
          </div>
        );
      })}
    </div>
  );
}
