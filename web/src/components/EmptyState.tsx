import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

type Props = { icon?: LucideIcon; title: string; text?: string; children?: ReactNode };

/** Says why a place is empty and what would fill it. */
export function EmptyState({ icon: Icon, title, text, children }: Props) {
  return (
    <div className="mx-auto flex max-w-sm flex-col items-center gap-3 p-6 text-center">
      {Icon && (
        <span className="grid size-11 place-items-center rounded-xl border bg-card text-muted-foreground shadow-xs">
          <Icon className="size-5" />
        </span>
      )}
      <h2 className="font-medium">{title}</h2>
      {text && <p className="text-sm text-balance text-muted-foreground">{text}</p>}
      {children}
    </div>
  );
}
