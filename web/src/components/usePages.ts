import { useCallback, useEffect, useState } from "react";
import { type Problem, toProblem } from "@/api/problem";
import type { Page } from "@/api/types";

export type Pages<T> = {
  items: T[] | null;
  problem: Problem | null;
  more: (() => Promise<void>) | null;
  reload: () => void;
  change: (change: (items: T[]) => T[]) => void;
};

const SEARCH_PAUSE_MS = 200;

/** A list that comes in pages and may be searched. `read` must stay the same function. */
export function usePages<T>(read: (q: string, cursor?: string | null) => Promise<Page<T>>, query = ""): Pages<T> {
  const [items, setItems] = useState<T[] | null>(null);
  const [cursor, setCursor] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [round, setRound] = useState(0);

  useEffect(() => {
    let current = true;
    const begin = () =>
      read(query).then(
        (page) => current && (setItems(page.items), setCursor(page.next_cursor ?? null), setProblem(null)),
        (error) => current && setProblem(toProblem(error)),
      );
    const timer = setTimeout(begin, query ? SEARCH_PAUSE_MS : 0);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [read, query, round]);

  const more = useCallback(async () => {
    const page = await read(query, cursor);
    setItems((before) => [...(before ?? []), ...page.items]);
    setCursor(page.next_cursor ?? null);
  }, [read, query, cursor]);

  return {
    items,
    problem,
    more: cursor ? more : null,
    reload: () => setRound((before) => before + 1),
    change: (change) => setItems((before) => (before ? change(before) : before)),
  };
}
