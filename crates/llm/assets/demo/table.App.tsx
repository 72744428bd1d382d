import { useState } from "react";
import { ArrowDown, ArrowUp, ArrowUpDown, ChevronLeft, ChevronRight, Search } from "lucide-react";

type Row = { id: number; name: string; team: string; status: "Active" | "Invited" | "Paused"; spend: number };

const teams = ["Design", "Engineering", "Marketing", "Support"];
const states: Row["status"][] = ["Active", "Active", "Invited", "Paused"];
const names = [
  "Olivia Martin", "Kenji Watanabe", "Amara Nwosu", "Lucas Silva", "Sofia Rossi", "Noah Schmidt", "Fatima Zahra", "Emil Larsen",
  "Chloe Dubois", "Arjun Patel", "Mia Novak", "Diego Torres", "Hana Kim", "Leo Fischer", "Zuri Okafor", "Anna Kowalska",
  "Omar Haddad", "Isla Murray", "Mateo Cruz", "Yuki Tanaka", "Elena Popova", "Samuel Osei", "Nora Lind",
];

const rows: Row[] = names.map((name, i) => ({
  id: i + 1,
  name,
  team: teams[(i * 7 + __SHIFT__) % teams.length]!,
  status: states[(i * 3 + __SHIFT__) % states.length]!,
  spend: ((i * 379 + __SHIFT__ * 97) % 900) + 40,
}));

const columns: { key: keyof Row; label: string }[] = [
  { key: "name", label: "__COLUMN1__" },
  { key: "team", label: "Team" },
  { key: "status", label: "Status" },
  { key: "spend", label: "__COLUMN4__" },
];

const tone = { Active: "bg-emerald-100 text-emerald-800", Invited: "bg-sky-100 text-sky-800", Paused: "bg-amber-100 text-amber-900" };
const perPage = 8;

export default function App() {
  const [query, setQuery] = useState("");
  const [sort, setSort] = useState<{ key: keyof Row; up: boolean }>({ key: "name", up: true });
  const [page, setPage] = useState(0);
  const [selected, setSelected] = useState<number[]>([]);

  const found = rows
    .filter((row) => Object.values(row).join(" ").toLowerCase().includes(query.toLowerCase()))
    .sort((a, b) => (a[sort.key] < b[sort.key] ? -1 : 1) * (sort.up ? 1 : -1));
  const pages = Math.max(1, Math.ceil(found.length / perPage));
  const shown = found.slice(page * perPage, (page + 1) * perPage);
  const all = shown.length > 0 && shown.every((row) => selected.includes(row.id));

  function toggle(id: number) {
    setSelected(selected.includes(id) ? selected.filter((other) => other !== id) : [...selected, id]);
  }

  return (
    <main className="min-h-screen bg-slate-50 p-6 text-slate-900 lg:p-10">
      <div className="mx-auto max-w-5xl">
        <header className="flex flex-wrap items-end justify-between gap-4">
          <div>
            <h1 className="text-3xl font-bold tracking-tight">__HEADLINE__</h1>
            <p className="mt-1 text-slate-600" role="status">
              {selected.length > 0 ? `${selected.length} selected` : `${found.length} of ${rows.length} shown`}
            </p>
          </div>
          <label className="flex items-center gap-2 __ROUND__ border border-slate-300 bg-white px-3 py-2 text-sm focus-within:border-__ACCENT__-600 focus-within:ring-2 focus-within:ring-__ACCENT__-200">
            <Search className="size-4 text-slate-500" aria-hidden="true" />
            <input aria-label="Search" value={query} onChange={(e) => { setQuery(e.target.value); setPage(0); }} placeholder="Search everything…" className="bg-transparent outline-none" />
          </label>
        </header>

        <div className="mt-6 overflow-x-auto __ROUND__ border border-slate-200 bg-white">
          <table className="w-full min-w-[40rem] text-left text-sm">
            <thead className="border-b border-slate-200 bg-slate-100/60 text-slate-600">
              <tr>
                <th className="w-12 px-4 py-3">
                  <input type="checkbox" aria-label="Select all on this page" checked={all} onChange={() => setSelected(all ? [] : shown.map((row) => row.id))} className="size-4 accent-__ACCENT__-700" />
                </th>
                {columns.map(({ key, label }) => (
                  <th key={key} className="px-4 py-3 font-medium" aria-sort={sort.key === key ? (sort.up ? "ascending" : "descending") : "none"}>
                    <button type="button" onClick={() => setSort({ key, up: sort.key === key ? !sort.up : true })} className="flex items-center gap-1.5 hover:text-slate-900">
                      {label}
                      {sort.key !== key ? <ArrowUpDown className="size-3.5 opacity-40" /> : sort.up ? <ArrowUp className="size-3.5" /> : <ArrowDown className="size-3.5" />}
                    </button>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody className="divide-y divide-slate-100">
              {shown.map((row) => (
                <tr key={row.id} className={selected.includes(row.id) ? "bg-__ACCENT__-100" : "hover:bg-slate-50"}>
                  <td className="px-4 py-3">
                    <input type="checkbox" aria-label={`Select ${row.name}`} checked={selected.includes(row.id)} onChange={() => toggle(row.id)} className="size-4 accent-__ACCENT__-700" />
                  </td>
                  <td className="px-4 py-3 font-medium">{row.name}</td>
                  <td className="px-4 py-3 text-slate-600">{row.team}</td>
                  <td className="px-4 py-3">
                    <span className={`rounded-full px-2.5 py-1 text-xs font-medium ${tone[row.status]}`}>{row.status}</span>
                  </td>
                  <td className="px-4 py-3 tabular-nums">${row.spend}</td>
                </tr>
              ))}
              {shown.length === 0 && (
                <tr>
                  <td colSpan={5} className="px-4 py-12 text-center text-slate-500">Nothing matches “{query}”.</td>
                </tr>
              )}
            </tbody>
          </table>
        </div>

        <nav className="mt-4 flex items-center justify-between text-sm" aria-label="Pages">
          <p className="text-slate-600">
            Page {page + 1} of {pages}
          </p>
          <div className="flex gap-2">
            <button type="button" disabled={page === 0} onClick={() => setPage(page - 1)} className="flex items-center gap-1 __ROUND__ border border-slate-300 bg-white px-3 py-2 font-medium hover:bg-slate-100 disabled:opacity-40">
              <ChevronLeft className="size-4" aria-hidden="true" />
              Back
            </button>
            <button type="button" disabled={page + 1 >= pages} onClick={() => setPage(page + 1)} className="flex items-center gap-1 __ROUND__ border border-slate-300 bg-white px-3 py-2 font-medium hover:bg-slate-100 disabled:opacity-40">
              Next
              <ChevronRight className="size-4" aria-hidden="true" />
            </button>
          </div>
        </nav>
      </div>
    </main>
  );
}
