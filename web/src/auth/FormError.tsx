import type { Problem } from "@/api/problem";
import { ProblemCode } from "@/components/ErrorState";

export function FormError({ problem }: { problem: Problem | null }) {
  if (!problem) return null;
  return (
    <div role="alert" data-testid="form-error" className="rounded-lg border border-destructive/30 bg-destructive/5 px-3 py-2 text-sm">
      <p>{problem.message}</p>
      {problem.status >= 500 && <ProblemCode problem={problem} />}
    </div>
  );
}
