import { useState } from "react";
import Column from "@/components/Column";
import type { Card, Stage } from "@/components/TaskCard";

const stages: { id: Stage; title: string }[] = [
  { id: "todo", title: "__STAGE1__" },
  { id: "doing", title: "__STAGE2__" },
  { id: "done", title: "__STAGE3__" },
];

const first: Card[] = [
  { id: 1, stage: "todo", title: "Sketch the new start page", tag: "Design", who: "AM" },
  { id: 2, stage: "todo", title: "Ask five customers about search", tag: "Research", who: "JL" },
  { id: 3, stage: "todo", title: "Write the announcement", tag: "Content", who: "SR" },
  { id: 4, stage: "doing", title: "Faster image loading", tag: "Code", who: "KW" },
  { id: 5, stage: "doing", title: "Sign-in on small screens", tag: "Code", who: "AM" },
  { id: 6, stage: "done", title: "Choose the colours", tag: "Design", who: "SR" },
];

export default function App() {
  const [cards, setCards] = useState(first);
  const [query, setQuery] = useState("");

  const shown = cards.filter((card) => `${card.title} ${card.tag}`.toLowerCase().includes(query.toLowerCase()));
  const finished = cards.filter((card) => card.stage === "done").length;

  function move(id: number, stage: Stage) {
    setCards(cards.map((card) => (card.id === id ? { ...card, stage } : card)));
  }

  function add(stage: Stage, title: string) {
    setCards([...cards, { id: Date.now(), stage, title, tag: "New", who: "You" }]);
  }

  return (
    <main className="min-h-screen bg-slate-100 p-6 text-slate-900 lg:p-10">
      <header className="mx-auto flex max-w-6xl flex-wrap items-center justify-between gap-4">
        <div>
          <h1 className="text-2xl font-bold tracking-tight">__HEADLINE__</h1>
          <p className="text-sm text-slate-600">
            {finished} of {cards.length} finished
          </p>
        </div>
        <label className="text-sm">
          <span className="sr-only">Search cards</span>
          <input value={query} onChange={(e) => setQuery(e.target.value)} placeholder="Search cards…" className="w-56 __ROUND__ border border-slate-300 bg-white px-4 py-2 outline-none focus:border-__ACCENT__-600 focus:ring-2 focus:ring-__ACCENT__-200" />
        </label>
      </header>

      <div className="mx-auto mt-8 grid max-w-6xl gap-5 md:grid-cols-3">
        {stages.map(({ id, title }, index) => (
          <Column
            key={id}
            title={title}
            stage={id}
            cards={shown.filter((card) => card.stage === id)}
            before={stages[index - 1]?.id}
            after={stages[index + 1]?.id}
            onMove={move}
            onAdd={add}
          />
        ))}
      </div>
    </main>
  );
}
