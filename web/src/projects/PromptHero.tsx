"use client";

import { ArrowUp } from "lucide-react";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { notifyProblem } from "@/components/notify";
import { Button } from "@/components/ui/button";
import { ModelPicker } from "@/models/ModelPicker";
import { startFromPrompt } from "./start";

const examples = [
  { title: "Pricing page", prompt: "A pricing page with three plans, a monthly and yearly switch, and the middle plan highlighted" },
  { title: "Analytics dashboard", prompt: "An analytics dashboard with four key figures, a revenue chart and a table of recent orders" },
  { title: "Kanban board", prompt: "A kanban board with three columns where cards can be added and moved" },
  { title: "Sign-up form", prompt: "A friendly sign-up form with validation and a password strength meter" },
];

/** "Describe what you want": a prompt here becomes a project, a session and its first message. */
export function PromptHero() {
  const router = useRouter();
  const [prompt, setPrompt] = useState("");
  const [busy, setBusy] = useState(false);

  const start = async (event?: FormEvent) => {
    event?.preventDefault();
    if (!prompt.trim() || busy) return;
    setBusy(true);
    try {
      router.push(await startFromPrompt(prompt.trim()));
    } catch (error) {
      notifyProblem("The project could not be started", error);
      setBusy(false);
    }
  };

  return (
    <section aria-labelledby="hero-title" className="mx-auto w-full max-w-2xl px-4 pt-14 pb-10 text-center max-sm:pt-8">
      <h1 id="hero-title" className="text-3xl font-semibold tracking-tight text-balance sm:text-4xl">
        Describe what you want
      </h1>
      <p className="mt-2 text-muted-foreground">A sentence is enough. You can refine it afterwards.</p>
      <form onSubmit={start} className="mt-6 rounded-2xl border bg-card p-2 text-left shadow-sm transition-shadow focus-within:border-ring focus-within:ring-2 focus-within:ring-ring/30">
        <textarea
          data-testid="prompt"
          aria-label="Describe what you want"
          placeholder="A landing page for a small bakery, with opening hours and a map of the shop…"
          className="field-sizing-content max-h-60 min-h-20 w-full resize-none bg-transparent px-3 py-2 outline-none placeholder:text-muted-foreground"
          value={prompt}
          onChange={(event) => setPrompt(event.target.value)}
          onKeyDown={(event) => event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing && void start(event)}
        />
        <div className="flex items-center gap-2 px-2 pb-1">
          <ModelPicker />
          <span className="flex-1 truncate text-xs text-muted-foreground max-sm:invisible">Enter to start, Shift+Enter for a new line</span>
          <Button type="submit" size="icon" className="rounded-full" disabled={!prompt.trim() || busy} aria-label="Start" data-testid="send">
            <ArrowUp />
          </Button>
        </div>
      </form>
      <ul className="mt-4 flex flex-wrap justify-center gap-2" aria-label="Examples">
        {examples.map((example) => (
          <li key={example.title}>
            <Button variant="outline" size="sm" className="rounded-full font-normal text-muted-foreground" title={example.prompt} data-testid="example" onClick={() => setPrompt(example.prompt)}>
              {example.title}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
