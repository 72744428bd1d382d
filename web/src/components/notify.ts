import { toast } from "sonner";
import { toProblem } from "@/api/problem";

/** Tells of a failure in a toast, with its code and request id. */
export function notifyProblem(what: string, error: unknown): void {
  const problem = toProblem(error);
  const reference = [problem.code, problem.requestId && `request ${problem.requestId}`].filter(Boolean).join(" · ");
  toast.error(what, { description: `${problem.message} (${reference})`, duration: 8_000 });
}
