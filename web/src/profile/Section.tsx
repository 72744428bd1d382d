import { type ReactNode, useId } from "react";

type Props = { title: string; text?: string; actions?: ReactNode; children: ReactNode; testId: string };

export function Section({ title, text, actions, children, testId }: Props) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="rounded-2xl border bg-card p-5 shadow-xs" data-testid={testId}>
      <div className="mb-4 flex flex-wrap items-start gap-3">
        <div className="min-w-0 flex-1">
          <h2 id={id} className="font-semibold tracking-tight">{title}</h2>
          {text && <p className="mt-1 text-sm text-muted-foreground">{text}</p>}
        </div>
        {actions}
      </div>
      {children}
    </section>
  );
}
