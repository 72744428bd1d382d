import { useState, type DragEvent, type FormEvent } from "react";
import { Plus } from "lucide-react";
import TaskCard, { type Card, type Stage } from "@/components/TaskCard";

type Props = {
  title: string;
  stage: Stage;
  cards: Card[];
  before?: Stage;
  after?: Stage;
  onMove: (id: number, stage: Stage) => void;
  onAdd: (stage: Stage, title: string) => void;
};

export default function Column({ title, stage, cards, before, after, onMove, onAdd }: Props) {
  const [over, setOver] = useState(false);
  const [text, setText] = useState("");

  function drop(event: DragEvent) {
    event.preventDefault();
    setOver(false);
    onMove(Number(event.dataTransfer.getData("text/plain")), stage);
  }

  function add(event: FormEvent) {
    event.preventDefault();
    if (text.trim()) onAdd(stage, text.trim());
    setText("");
  }

  return (
    <section
      aria-label={title}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
      className={`__ROUND__ border-2 p-4 transition ${over ? "border-__ACCENT__-600 bg-__ACCENT__-100" : "border-transparent bg-slate-200/60"}`}
    >
      <h2 className="flex items-center justify-between px-1 font-semibold">
        {title}
        <span className="rounded-full bg-white px-2 py-0.5 text-xs text-slate-600">{cards.length}</span>
      </h2>
      <ul className="mt-4 min-h-16 space-y-3">
        {cards.map((card) => (
          <TaskCard key={card.id} card={card} before={before} after={after} onMove={onMove} />
        ))}
      </ul>
      <form onSubmit={add} className="mt-4 flex gap-2">
        <input aria-label={`New card in ${title}`} value={text} onChange={(e) => setText(e.target.value)} placeholder="Add a card" className="min-w-0 flex-1 __ROUND__ border border-slate-300 bg-white px-3 py-2 text-sm outline-none focus:border-__ACCENT__-600" />
        <button type="submit" aria-label="Add card" className="__ROUND__ bg-__ACCENT__-700 px-3 text-white transition hover:bg-__ACCENT__-800">
          <Plus className="size-4" />
        </button>
      </form>
    </section>
  );
}
