import { type FormEvent, useState } from "react";
import { type Problem, toProblem } from "@/api/problem";

/** A form that is sent: busy meanwhile, and what was wrong with it afterwards. */
export function useForm(send: (values: Record<string, string>, form: HTMLFormElement) => Promise<unknown>) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const fieldError = (field: string) => problem?.errors.find((one) => one.field === field)?.message;
  const onSubmit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    setBusy(true);
    setProblem(null);
    try {
      await send(Object.fromEntries(new FormData(form)) as Record<string, string>, form);
    } catch (error) {
      setProblem(toProblem(error));
    } finally {
      setBusy(false);
    }
  };
  return { busy, problem, setProblem, fieldError, onSubmit };
}
