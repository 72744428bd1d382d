import Link from "next/link";
import type { ReactNode } from "react";
import { Logo } from "@/components/Logo";
import { ThemeToggle } from "@/components/ThemeToggle";

type Props = { title: string; text?: string; children: ReactNode; back?: boolean };

/** What all screens for people who are not signed in have around them. */
export function AuthFrame({ title, text, children, back = true }: Props) {
  return (
    <main className="relative grid min-h-dvh place-items-center bg-canvas p-4">
      <div className="absolute top-3 right-3">
        <ThemeToggle />
      </div>
      <div className="w-full max-w-sm">
        <div className="mb-6 flex flex-col items-center gap-3 text-center">
          <Logo className="size-12" />
          <h1 className="text-2xl font-semibold tracking-tight">{title}</h1>
          {text && <p className="text-sm text-balance text-muted-foreground">{text}</p>}
        </div>
        <div className="rounded-2xl border bg-card p-6 shadow-sm">{children}</div>
        {back && (
          <p className="mt-4 text-center text-sm">
            <Link href="/login" className="text-muted-foreground underline-offset-4 hover:underline" data-testid="back-to-login">
              Back to sign in
            </Link>
          </p>
        )}
      </div>
    </main>
  );
}
