import { CircleSlash, Clock, Loader2 } from "lucide-react";
import type { Generation } from "@/session/state";

/** What the answer is doing, in words. */
export function StatusLine({ generation, place }: { generation: Generation; place?: number }) {
  const { status, attempt, parts, reasoning, partial, abandoned } = generation;
  if (status === "queued") return <Line icon={<Clock className="size-3.5" />} text={place ? `Waiting, number ${place} in the queue` : "Waiting to start"} />;
  if (status === "cancelling") return <Line icon={<Loader2 className="size-3.5 animate-spin" />} text="Stopping…" />;
  if (status === "streaming") return <Line icon={<Loader2 className="size-3.5 animate-spin" />} text={abandoned ? "Interrupted, starting again" : streamingText(parts, reasoning, attempt)} />;
  if (status === "cancelled") return <Line icon={<CircleSlash className="size-3.5" />} text={partial ? "Stopped. What was written so far is kept." : "Stopped."} />;
  return null;
}

function streamingText(parts: Generation["parts"], reasoning: string, attempt: number): string {
  const again = attempt > 1 && attempt < Number.MAX_SAFE_INTEGER ? ` (attempt ${attempt})` : "";
  const last = parts.at(-1);
  if (last?.kind === "file" && !last.done) return `Writing ${last.path}${again}`;
  if (last) return `Writing${again}`;
  return reasoning ? `Thinking${again}` : `Starting${again}`;
}

function Line({ icon, text }: { icon: React.ReactNode; text: string }) {
  return (
    <p className="flex items-center gap-2 text-xs text-muted-foreground">
      {icon}
      {text}
    </p>
  );
}
