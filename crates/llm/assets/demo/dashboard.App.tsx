import { useState } from "react";
import { Activity, CreditCard, DollarSign, Users } from "lucide-react";
import StatCard from "@/components/StatCard";
import RevenueChart, { type Point } from "@/components/RevenueChart";

const ranges = ["7 days", "30 days", "12 months"] as const;
type Range = (typeof ranges)[number];

const labels: Record<Range, string[]> = {
  "7 days": ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
  "30 days": ["Week 1", "Week 2", "Week 3", "Week 4"],
  "12 months": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
};

/** Sample data: a gentle wave around a rising line, the same every time. */
function points(range: Range): Point[] {
  const scale = { "7 days": 1, "30 days": 6, "12 months": 26 }[range];
  return labels[range].map((label, i) => ({
    label,
    current: Math.round((__BASE__ + i * 90 + Math.sin(i * 1.7 + __PHASE__) * 260) * scale),
    previous: Math.round((__BASE__ * 0.8 + i * 70 + Math.cos(i * 1.3) * 200) * scale),
  }));
}

const sales = [
  { name: "Olivia Martin", email: "olivia@example.com", amount: 1999 },
  { name: "Jackson Lee", email: "jackson@example.com", amount: 39 },
  { name: "Amara Nwosu", email: "amara@example.com", amount: 299 },
  { name: "Kenji Watanabe", email: "kenji@example.com", amount: 99 },
  { name: "Sofia Rossi", email: "sofia@example.com", amount: 450 },
];

export default function App() {
  const [range, setRange] = useState<Range>("__RANGE__");
  const data = points(range);
  const sum = (key: "current" | "previous") => data.reduce((total, point) => total + point[key], 0);
  const growth = (sum("current") / sum("previous") - 1) * 100;

  return (
    <main className="min-h-screen bg-slate-50 p-6 text-slate-900 lg:p-10">
      <header className="mx-auto flex max-w-6xl flex-wrap items-end justify-between gap-4">
        <div>
          <p className="text-sm font-medium text-__ACCENT__-700">__BRAND__</p>
          <h1 className="text-3xl font-bold tracking-tight">__HEADLINE__</h1>
        </div>
        <div role="group" aria-label="Time range" className="flex __ROUND__ border border-slate-200 bg-white p-1 text-sm">
          {ranges.map((name) => (
            <button
              key={name}
              type="button"
              aria-pressed={range === name}
              onClick={() => setRange(name)}
              className={`__ROUND__ px-3 py-1.5 font-medium transition ${range === name ? "bg-__ACCENT__-700 text-white" : "text-slate-600 hover:text-slate-900"}`}
            >
              {name}
            </button>
          ))}
        </div>
      </header>

      <section className="mx-auto mt-8 grid max-w-6xl gap-4 sm:grid-cols-2 lg:grid-cols-4" aria-label="Key figures">
        <StatCard icon={<DollarSign className="size-5" />} label="Revenue" value={`$${sum("current").toLocaleString("en-US")}`} change={growth} />
        <StatCard icon={<Users className="size-5" />} label="__METRIC2__" value={Math.round(sum("current") / 19).toLocaleString("en-US")} change={8.2} />
        <StatCard icon={<CreditCard className="size-5" />} label="__METRIC3__" value={Math.round(sum("current") / 83).toLocaleString("en-US")} change={-2.4} />
        <StatCard icon={<Activity className="size-5" />} label="Active now" value="573" change={4.1} />
      </section>

      <div className="mx-auto mt-6 grid max-w-6xl gap-6 lg:grid-cols-3">
        <RevenueChart data={data} />

        <section className="__ROUND__ border border-slate-200 bg-white p-6">
          <h2 className="font-semibold">Recent sales</h2>
          <p className="text-sm text-slate-500">{sales.length} today</p>
          <ul className="mt-5 space-y-4">
            {sales.map((sale) => (
              <li key={sale.email} className="flex items-center gap-3">
                <span className="flex size-9 items-center justify-center rounded-full bg-__ACCENT__-100 text-xs font-semibold text-__ACCENT__-800" aria-hidden="true">
                  {sale.name.split(" ").map((part) => part[0]).join("")}
                </span>
                <div className="min-w-0 flex-1">
                  <p className="truncate text-sm font-medium">{sale.name}</p>
                  <p className="truncate text-xs text-slate-500">{sale.email}</p>
                </div>
                <p className="text-sm font-semibold tabular-nums">+${sale.amount.toLocaleString("en-US")}</p>
              </li>
            ))}
          </ul>
        </section>
      </div>
    </main>
  );
}
