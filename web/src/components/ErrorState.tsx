import { TriangleAlert } from "lucide-react";
import type { Problem } from "@/api/problem";
import { Button } from "@/components/ui/button";

/** A failure with what support would ask for: the code and the request id. */
export function ErrorState({ problem, onRetry }: { problem: Problem; onRetry?: () => void }) {
  const missing = problem.status === 404;
  return (
    <div role="alert" className="mx-auto flex max-w-md flex-col items-center gap-3 p-6 text-center">
      <span className="grid size-11 place-items-center rounded-xl border bg-card text-destructive shadow-xs">
        <TriangleAlert className="size-5" />
      </span>
      <h2 className="font-medium">{missing ? "This does not exist, or is not yours" : "Something went wrong"}</h2>
      <p className="text-sm text-balance text-muted-foreground">{problem.message}</p>
      <ProblemCode problem={problem} />
      <div className="flex gap-2">
        {onRetry && !missing && (
          <Button size="sm" variant="outline" onClick={onRetry}>
            Try again
          </Button>
        )}
        {missing && (
          <Button size="sm" variant="outline" asChild>
            <a href="/">Go to your projects</a>
          </Button>
        )}
      </div>
    </div>
  );
}

export function ProblemCode({ problem }: { problem: Problem }) {
  return (
    <p className="font-mono text-xs text-muted-foreground">
      {problem.code}
      {problem.requestId && <> · request {problem.requestId}</>}
    </p>
  );
}
