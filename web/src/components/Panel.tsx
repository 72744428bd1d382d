import type { ReactNode } from "react";
import { ErrorState } from "@/components/ErrorState";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import type { Pages } from "./usePages";

type Props<T> = { id: string; title: string; text?: string; action?: ReactNode; list: Pages<T>; empty: ReactNode; row: (item: T) => ReactNode };

/** A titled card with a list in it: while it loads, when it failed, when it is empty, and page by page. */
export function ListPanel<T>({ id, title, text, action, list, empty, row }: Props<T>) {
  return (
    <section aria-labelledby={id} className="rounded-xl border bg-card shadow-xs" data-testid={id}>
      <div className="flex flex-wrap items-center gap-3 border-b px-4 py-3">
        <div className="min-w-0 flex-1">
          <h2 id={id} className="font-medium">
            {title}
          </h2>
          {text && <p className="text-sm text-muted-foreground">{text}</p>}
        </div>
        {action}
      </div>
      <Rows list={list} empty={empty} row={row} />
      {list.more && (
        <div className="border-t p-2 text-center">
          <Button variant="ghost" size="sm" onClick={() => void list.more?.()}>
            Show more
          </Button>
        </div>
      )}
    </section>
  );
}

function Rows<T>({ list, empty, row }: Pick<Props<T>, "list" | "empty" | "row">) {
  if (list.problem) return <ErrorState problem={list.problem} onRetry={list.reload} />;
  if (!list.items) {
    return (
      <div className="grid gap-3 p-4" aria-busy="true">
        <Skeleton className="h-8" />
        <Skeleton className="h-8" />
      </div>
    );
  }
  if (list.items.length === 0) return empty;
  return <ul className="divide-y">{list.items.map(row)}</ul>;
}
