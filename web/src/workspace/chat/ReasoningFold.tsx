"use client";

import { Brain, ChevronRight } from "lucide-react";
import { useState } from "react";

/** The model's thinking: open while it is all there is, folded afterwards, as the user likes it otherwise. */
export function ReasoningFold({ text, thinking }: { text: string; thinking: boolean }) {
  const [choice, setChoice] = useState<boolean | null>(null);
  const open = choice ?? thinking;
  return (
    <div className="rounded-lg border bg-muted/40" data-testid="reasoning">
      <button type="button" aria-expanded={open} onClick={() => setChoice(!open)} className="flex w-full items-center gap-2 rounded-lg px-3 py-2 text-left text-xs text-muted-foreground outline-none hover:text-foreground focus-visible:ring-2 focus-visible:ring-ring">
        <Brain className={`size-3.5 ${thinking ? "animate-pulse text-brand" : ""}`} />
        {thinking ? "Thinking" : "Thought about it"}
        <ChevronRight className={`ml-auto size-3.5 transition-transform ${open ? "rotate-90" : ""}`} />
      </button>
      {open && <p className="max-h-64 overflow-y-auto px-3 pb-3 text-xs leading-relaxed break-words whitespace-pre-wrap text-muted-foreground">{text.trim()}</p>}
    </div>
  );
}
