/** What a chart calls its series, and which colours they have, as CSS variables: `--color-<series>`. */
import * as React from "react";

type Colours = { color?: string; theme?: undefined } | { color?: undefined; theme: { light: string; dark: string } };
export type ChartConfig = Record<string, { label?: React.ReactNode; icon?: React.ComponentType } & Colours>;
export type Setting = ChartConfig[string];

export const ChartSettings = React.createContext<ChartConfig | null>(null);

export function useChart(): ChartConfig {
  const config = React.use(ChartSettings);
  if (!config) throw new Error("This part of a chart needs a <ChartContainer> around it.");
  return config;
}

export function ChartStyle({ id, config }: { id: string; config: ChartConfig }) {
  const rules = (theme: "light" | "dark") =>
    Object.entries(config).flatMap(([series, { color, theme: themes }]) => (themes?.[theme] ?? color ? [`--color-${series}: ${themes?.[theme] ?? color};`] : []));
  const [light, dark] = [rules("light"), rules("dark")];
  if (light.length + dark.length === 0) return null;
  return <style>{`[data-chart=${id}] { ${light.join(" ")} } .dark [data-chart=${id}] { ${dark.join(" ")} }`}</style>;
}

/** The setting of an item that recharts hands over: by what its data says under `key`, or by `key` itself. */
export function settingOf(config: ChartConfig, item: { payload?: unknown }, key: string): Setting | undefined {
  const row = [item, item.payload].find((one): one is Record<string, unknown> => typeof one === "object" && one !== null && typeof (one as Record<string, unknown>)[key] === "string");
  return config[row ? String(row[key]) : key] ?? config[key];
}
