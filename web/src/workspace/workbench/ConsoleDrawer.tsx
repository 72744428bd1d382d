import { Button } from "@/components/ui/button";
import type { ConsoleLine } from "@/preview/protocol";

const colours: Record<ConsoleLine["level"], string> = { log: "", info: "", debug: "text-muted-foreground", warn: "text-warning", error: "text-destructive" };

export function ConsoleDrawer({ lines, onClear }: { lines: ConsoleLine[]; onClear: () => void }) {
  return (
    <section aria-label="Console" className="flex h-44 shrink-0 flex-col border-t bg-background" data-testid="console">
      <div className="flex items-center justify-between px-3 py-1 text-xs text-muted-foreground">
        Console
        <Button variant="ghost" size="sm" className="h-6 px-2 text-xs" onClick={onClear}>
          Clear
        </Button>
      </div>
      <ol className="min-h-0 flex-1 overflow-y-auto px-3 pb-2 font-mono text-xs">
        {lines.length === 0 && <li className="text-muted-foreground">Nothing was logged.</li>}
        {lines.map((line, index) => (
          <li key={index} className={`border-b border-border/50 py-1 break-words whitespace-pre-wrap ${colours[line.level]}`}>
            <span className="mr-2 opacity-60">{line.level}</span>
            {line.text}
          </li>
        ))}
      </ol>
    </section>
  );
}
