import { ChevronLeft, ChevronRight } from "lucide-react";

export type Stage = "todo" | "doing" | "done";
export type Card = { id: number; stage: Stage; title: string; tag: string; who: string };

type Props = { card: Card; before?: Stage; after?: Stage; onMove: (id: number, stage: Stage) => void };

export default function TaskCard({ card, before, after, onMove }: Props) {
  return (
    <li
      draggable
      onDragStart={(event) => event.dataTransfer.setData("text/plain", String(card.id))}
      className="cursor-grab __ROUND__ border border-slate-200 bg-white p-4 shadow-sm transition hover:shadow-md active:cursor-grabbing"
    >
      <span className="rounded-full bg-__ACCENT__-100 px-2 py-0.5 text-xs font-medium text-__ACCENT__-800">{card.tag}</span>
      <p className="mt-2 font-medium">{card.title}</p>
      <div className="mt-3 flex items-center justify-between">
        <span className="flex size-7 items-center justify-center rounded-full bg-slate-200 text-[0.65rem] font-bold text-slate-700">{card.who}</span>
        <span className="flex gap-1">
          {before && (
            <button type="button" aria-label={`Move ${card.title} back`} onClick={() => onMove(card.id, before)} className="__ROUND__ p-1 text-slate-500 hover:bg-slate-100 hover:text-slate-900">
              <ChevronLeft className="size-4" />
            </button>
          )}
          {after && (
            <button type="button" aria-label={`Move ${card.title} on`} onClick={() => onMove(card.id, after)} className="__ROUND__ p-1 text-slate-500 hover:bg-slate-100 hover:text-slate-900">
              <ChevronRight className="size-4" />
            </button>
          )}
        </span>
      </div>
    </li>
  );
}
