import { Area, AreaChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";

export type Point = { label: string; current: number; previous: number };

export default function RevenueChart({ data }: { data: Point[] }) {
  return (
    <section className="__ROUND__ border border-slate-200 bg-white p-6 lg:col-span-2">
      <div className="flex items-center justify-between">
        <h2 className="font-semibold">Revenue over time</h2>
        <p className="flex items-center gap-4 text-xs text-slate-500">
          <span className="flex items-center gap-1.5"><span className="size-2 rounded-full bg-__ACCENT__-600" />This period</span>
          <span className="flex items-center gap-1.5"><span className="size-2 rounded-full bg-slate-300" />Before</span>
        </p>
      </div>
      <div className="mt-6 h-72" role="img" aria-label="Area chart of the revenue of this period and the one before">
        <ResponsiveContainer width="100%" height="100%">
          <AreaChart data={data} margin={{ left: 0, right: 8, top: 8, bottom: 0 }}>
            <defs>
              <linearGradient id="fill" x1="0" y1="0" x2="0" y2="1">
                <stop offset="0%" stopColor="__HEX__" stopOpacity={0.35} />
                <stop offset="100%" stopColor="__HEX__" stopOpacity={0} />
              </linearGradient>
            </defs>
            <CartesianGrid strokeDasharray="3 3" stroke="#94a3b8" strokeOpacity={0.25} vertical={false} />
            <XAxis dataKey="label" tickLine={false} axisLine={false} fontSize={12} stroke="#64748b" />
            <YAxis tickLine={false} axisLine={false} fontSize={12} stroke="#64748b" width={48} tickFormatter={(value: number) => `$${Math.round(value / 100) / 10}k`} />
            <Tooltip formatter={(value) => `$${Number(value).toLocaleString("en-US")}`} />
            <Area type="monotone" dataKey="previous" name="Before" stroke="#cbd5e1" strokeWidth={2} fill="none" />
            <Area type="monotone" dataKey="current" name="This period" stroke="__HEX__" strokeWidth={2.5} fill="url(#fill)" />
          </AreaChart>
        </ResponsiveContainer>
      </div>
    </section>
  );
}
