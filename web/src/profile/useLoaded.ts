import { useCallback, useEffect, useState } from "react";
import { type Problem, toProblem } from "@/api/problem";

/** What a section shows, and how to read it again. */
export function useLoaded<T>(read: () => Promise<T>) {
  const [value, setValue] = useState<T | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const load = useCallback(() => read().then((read) => { setValue(read); setProblem(null); }, (error) => setProblem(toProblem(error))), [read]);
  useEffect(() => void load(), [load]);
  return { value, problem, load };
}
