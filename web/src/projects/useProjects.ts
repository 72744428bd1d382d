import { useCallback, useEffect, useState } from "react";
import { projects } from "@/api/api";
import { type Problem, toProblem } from "@/api/problem";
import type { Project } from "@/api/types";

export type ProjectList = {
  items: Project[] | null;
  problem: Problem | null;
  more: (() => Promise<void>) | null;
  reload: () => void;
  change: (change: (items: Project[]) => Project[]) => void;
};

const SEARCH_PAUSE_MS = 200;

/** The projects whose name matches, newest first as the server sorts them. */
export function useProjects(query: string): ProjectList {
  const [items, setItems] = useState<Project[] | null>(null);
  const [cursor, setCursor] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [round, setRound] = useState(0);

  useEffect(() => {
    let current = true;
    const read = () =>
      projects.list(query).then(
        (page) => current && (setItems(page.items), setCursor(page.next_cursor ?? null), setProblem(null)),
        (error) => current && setProblem(toProblem(error)),
      );
    const timer = setTimeout(read, query ? SEARCH_PAUSE_MS : 0);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [query, round]);

  const more = useCallback(async () => {
    const page = await projects.list(query, cursor);
    setItems((before) => [...(before ?? []), ...page.items]);
    setCursor(page.next_cursor ?? null);
  }, [query, cursor]);

  return {
    items,
    problem,
    more: cursor ? more : null,
    reload: () => setRound((before) => before + 1),
    change: (change) => setItems((before) => (before ? change(before) : before)),
  };
}
