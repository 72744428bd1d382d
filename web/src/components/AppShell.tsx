"use client";

import Link from "next/link";
import type { ReactNode } from "react";
import { CommandMenu } from "./CommandMenu";
import { DemoBadge } from "./DemoBadge";
import { Logo } from "./Logo";
import { ShortcutHelp } from "./ShortcutHelp";
import { ThemeToggle } from "./ThemeToggle";
import { UserMenu } from "./UserMenu";

type Props = { children: ReactNode; trail?: ReactNode; actions?: ReactNode; /** Links over all this, for those who come by keyboard. */ skips?: ReactNode; className?: string };

/** The bar at the top and what every screen has: command menu, shortcut help, user menu. */
export function AppShell({ children, trail, actions, skips, className = "" }: Props) {
  return (
    <div className={`flex min-h-dvh flex-col ${className}`}>
      {skips}
      <header className="flex h-12 shrink-0 items-center gap-2 border-b bg-background px-3">
        <Link href="/" className="flex items-center gap-2 rounded-md px-1 font-semibold tracking-tight outline-none focus-visible:ring-2 focus-visible:ring-ring" aria-label="Atelier, your projects">
          <Logo />
          <span className={trail ? "max-md:sr-only" : ""}>Atelier</span>
        </Link>
        <div className="flex min-w-0 flex-1 items-center gap-1">{trail}</div>
        <div className="flex shrink-0 items-center gap-1.5">
          {actions}
          <DemoBadge />
          <ThemeToggle />
          <UserMenu />
        </div>
      </header>
      {children}
      <CommandMenu />
      <ShortcutHelp />
    </div>
  );
}
