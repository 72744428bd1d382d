import type { ReactNode } from "react";
import { TrendingDown, TrendingUp } from "lucide-react";

type Props = { icon: ReactNode; label: string; value: string; change: number };

export default function StatCard({ icon, label, value, change }: Props) {
  const up = change >= 0;
  const Trend = up ? TrendingUp : TrendingDown;

  return (
    <article className="__ROUND__ border border-slate-200 bg-white p-5">
      <div className="flex items-center justify-between text-slate-500">
        <p className="text-sm font-medium">{label}</p>
        <span className="text-__ACCENT__-700" aria-hidden="true">{icon}</span>
      </div>
      <p className="mt-3 text-2xl font-bold tabular-nums tracking-tight">{value}</p>
      <p className={`mt-1 flex items-center gap-1 text-xs font-medium ${up ? "text-emerald-700" : "text-red-700"}`}>
        <Trend className="size-3.5" aria-hidden="true" />
        {up ? "+" : ""}
        {change.toFixed(1)} % on the period before
      </p>
    </article>
  );
}
