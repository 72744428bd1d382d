import { useEffect, useState } from "react";
import { Delete, History } from "lucide-react";

const keys = ["C", "±", "%", "÷", "7", "8", "9", "×", "4", "5", "6", "−", "1", "2", "3", "+", "0", ".", "⌫", "="];
const typed: Record<string, string> = { "/": "÷", "*": "×", "-": "−", Enter: "=", Backspace: "⌫", Escape: "C", ",": "." };

type State = { shown: string; kept: number | null; operator: string | null; fresh: boolean };

const start: State = { shown: "0", kept: null, operator: null, fresh: true };

function compute(a: number, operator: string, b: number): number {
  const results: Record<string, number> = { "+": a + b, "−": a - b, "×": a * b, "÷": b === 0 ? NaN : a / b };
  return Number((results[operator] ?? b).toPrecision(12));
}

function press(state: State, key: string): State {
  const value = Number(state.shown);
  if (key === "C") return start;
  if (key === "⌫") return { ...state, shown: state.shown.length > 1 && !state.fresh ? state.shown.slice(0, -1) : "0" };
  if (key === "±") return { ...state, shown: String(-value) };
  if (key === "%") return { ...state, shown: String(value / 100), fresh: true };
  if (key === ".") return state.fresh ? { ...state, shown: "0.", fresh: false } : state.shown.includes(".") ? state : { ...state, shown: `${state.shown}.` };
  if (/\d/.test(key)) return { ...state, shown: state.fresh || state.shown === "0" ? key : (state.shown + key).slice(0, 14), fresh: false };

  const result = state.operator && state.kept !== null && !state.fresh ? compute(state.kept, state.operator, value) : value;
  return { shown: String(result), kept: key === "=" ? null : result, operator: key === "=" ? null : key, fresh: true };
}

export default function App() {
  const [state, setState] = useState(start);
  const [history, setHistory] = useState<string[]>([]);

  function use(key: string) {
    const next = press(state, key);
    if (key === "=" && state.operator && state.kept !== null) {
      setHistory([`${state.kept} ${state.operator} ${state.shown} = ${next.shown}`, ...history].slice(0, 5));
    }
    setState(next);
  }

  useEffect(() => {
    function onKey(event: KeyboardEvent) {
      const key = typed[event.key] ?? event.key;
      if (keys.includes(key)) {
        event.preventDefault();
        use(key);
      }
    }
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  });

  return (
    <main className="flex min-h-screen flex-col items-center justify-center gap-6 bg-slate-200 p-6 text-slate-900">
      <h1 className="text-2xl font-bold tracking-tight">__HEADLINE__</h1>

      <section className="w-full max-w-sm rounded-3xl border border-slate-200 bg-white p-6 shadow-2xl">
        <div className="rounded-2xl bg-slate-100 p-5 text-right">
          <p className="h-5 text-sm text-slate-500">{state.operator ? `${state.kept} ${state.operator}` : ""}</p>
          <output aria-live="polite" className="block truncate text-5xl font-semibold tabular-nums">
            {state.shown === "NaN" ? "Not possible" : state.shown}
          </output>
        </div>

        <div className="mt-5 grid grid-cols-4 gap-3">
          {keys.map((key) => (
            <button
              key={key}
              type="button"
              onClick={() => use(key)}
              aria-label={key === "⌫" ? "Delete last digit" : key}
              className={`flex h-16 items-center justify-center __ROUND__ text-xl font-semibold transition active:scale-95 ${
                key === "="
                  ? "bg-__ACCENT__-700 text-white hover:bg-__ACCENT__-800"
                  : "÷×−+".includes(key)
                    ? "bg-__ACCENT__-100 text-__ACCENT__-800 hover:bg-__ACCENT__-200"
                    : "bg-slate-100 hover:bg-slate-200"
              }`}
            >
              {key === "⌫" ? <Delete className="size-5" aria-hidden="true" /> : key}
            </button>
          ))}
        </div>

        <h2 className="mt-6 flex items-center gap-2 text-sm font-semibold text-slate-600">
          <History className="size-4" aria-hidden="true" />
          Last results
        </h2>
        <ul className="mt-2 min-h-6 space-y-1 text-sm tabular-nums text-slate-600">
          {history.length === 0 && <li>Nothing yet. Your keyboard works, too.</li>}
          {history.map((line, index) => (
            <li key={index}>{line}</li>
          ))}
        </ul>
      </section>
    </main>
  );
}
