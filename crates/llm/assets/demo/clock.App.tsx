import { useEffect, useState } from "react";
import { Coffee, Pause, Play, RotateCcw, Timer } from "lucide-react";

const modes = [
  { name: "Focus", minutes: __FOCUS__ },
  { name: "Short break", minutes: 5 },
  { name: "Long break", minutes: 15 },
];

const radius = 130;
const around = 2 * Math.PI * radius;

export default function App() {
  const [now, setNow] = useState(() => new Date());
  const [mode, setMode] = useState(0);
  const [left, setLeft] = useState(modes[0]!.minutes * 60);
  const [running, setRunning] = useState(false);
  const [rounds, setRounds] = useState(0);

  const whole = modes[mode]!.minutes * 60;

  useEffect(() => {
    const tick = setInterval(() => setNow(new Date()), 1000);
    return () => clearInterval(tick);
  }, []);

  useEffect(() => {
    if (!running) return;
    const tick = setInterval(() => setLeft((seconds) => Math.max(0, seconds - 1)), 1000);
    return () => clearInterval(tick);
  }, [running]);

  useEffect(() => {
    if (left > 0) return;
    setRunning(false);
    if (mode === 0) setRounds((count) => count + 1);
  }, [left, mode]);

  function choose(next: number) {
    setMode(next);
    setLeft(modes[next]!.minutes * 60);
    setRunning(false);
  }

  const two = (value: number) => String(value).padStart(2, "0");

  return (
    <main className="flex min-h-screen flex-col items-center justify-center gap-8 bg-slate-50 p-6 text-slate-900">
      <header className="text-center">
        <h1 className="text-3xl font-bold tracking-tight">__HEADLINE__</h1>
        <p className="mt-1 text-slate-600 tabular-nums">
          It is {two(now.getHours())}:{two(now.getMinutes())}:{two(now.getSeconds())}
        </p>
      </header>

      <div className="flex gap-1 rounded-full border border-slate-200 bg-white p-1" role="group" aria-label="Mode">
        {modes.map(({ name }, index) => (
          <button key={name} type="button" aria-pressed={mode === index} onClick={() => choose(index)} className={`rounded-full px-4 py-2 text-sm font-medium transition ${mode === index ? "bg-__ACCENT__-700 text-white" : "text-slate-600 hover:text-slate-900"}`}>
            {name}
          </button>
        ))}
      </div>

      <div className="relative">
        <svg viewBox="0 0 300 300" className="size-72 -rotate-90" aria-hidden="true">
          <circle cx="150" cy="150" r={radius} fill="none" strokeWidth="14" className="stroke-slate-200" />
          <circle cx="150" cy="150" r={radius} fill="none" strokeWidth="14" strokeLinecap="round" strokeDasharray={around} strokeDashoffset={around * (1 - left / whole)} className="stroke-__ACCENT__-600 transition-all duration-500" />
        </svg>
        <div className="absolute inset-0 flex flex-col items-center justify-center">
          <Timer className="size-6 text-__ACCENT__-700" aria-hidden="true" />
          <p role="timer" className="text-6xl font-bold tabular-nums tracking-tight">
            {two(Math.floor(left / 60))}:{two(left % 60)}
          </p>
          <p className="text-sm text-slate-600">{left === 0 ? "Time is up!" : modes[mode]!.name}</p>
        </div>
      </div>

      <div className="flex gap-3">
        <button type="button" onClick={() => setRunning(!running)} disabled={left === 0} className="flex items-center gap-2 __ROUND__ bg-__ACCENT__-700 px-8 py-3.5 font-semibold text-white shadow-lg transition hover:bg-__ACCENT__-800 disabled:opacity-50">
          {running ? <Pause className="size-5" aria-hidden="true" /> : <Play className="size-5" aria-hidden="true" />}
          {running ? "Pause" : "Start"}
        </button>
        <button type="button" aria-label="Start over" onClick={() => choose(mode)} className="__ROUND__ border border-slate-300 bg-white px-4 transition hover:bg-slate-100">
          <RotateCcw className="size-5" />
        </button>
      </div>

      <p className="flex items-center gap-2 text-sm text-slate-600" role="status">
        <Coffee className="size-4" aria-hidden="true" />
        {rounds} {rounds === 1 ? "round" : "rounds"} finished today
      </p>
    </main>
  );
}
