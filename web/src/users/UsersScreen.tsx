"use client";

import { MoreHorizontal, Search, Users } from "lucide-react";
import { useState } from "react";
import { type Account, users } from "@/api/org";
import { ago } from "@/components/ago";
import { AppShell } from "@/components/AppShell";
import { ConfirmDialog } from "@/components/ConfirmDialog";
import { EmptyState } from "@/components/EmptyState";
import { notifyProblem } from "@/components/notify";
import { ListPanel } from "@/components/Panel";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { DropdownMenu, DropdownMenuContent, DropdownMenuItem, DropdownMenuSeparator, DropdownMenuTrigger } from "@/components/ui/dropdown-menu";
import { Input } from "@/components/ui/input";
import { type Pages, usePages } from "@/components/usePages";

/** Every account, for administrators of the system. */
export function UsersScreen() {
  const [query, setQuery] = useState("");
  const list = usePages(users.list, query);
  return (
    <AppShell className="bg-canvas">
      <main className="mx-auto grid w-full max-w-3xl flex-1 content-start gap-6 px-4 py-8 pb-16">
        <h1 className="text-2xl font-semibold tracking-tight">All accounts</h1>
        <ListPanel
          id="users"
          title="Accounts"
          text="Everybody who has an account on this system."
          action={
            <div className="relative w-full sm:w-56">
              <Search className="pointer-events-none absolute top-1/2 left-2.5 size-4 -translate-y-1/2 text-muted-foreground" />
              <Input type="search" aria-label="Search accounts" placeholder="Name or address" className="h-8 pl-8" value={query} onChange={(event) => setQuery(event.target.value)} data-testid="user-search" />
            </div>
          }
          list={list}
          empty={<EmptyState icon={Users} title="Nobody of that name" text="Search for a part of a name or an address." />}
          row={(account) => <Row key={account.id} account={account} list={list} />}
        />
      </main>
    </AppShell>
  );
}

function Row({ account, list }: { account: Account; list: Pages<Account> }) {
  const [erasing, setErasing] = useState(false);
  const change = (wish: Parameters<typeof users.change>[1]) =>
    users.change(account.id, wish).then(
      (changed) => list.change((items) => items.map((one) => (one.id === account.id ? changed : one))),
      (error) => notifyProblem("The account could not be changed", error),
    );
  const erase = () =>
    users.erase(account.id).then(
      () => list.change((items) => items.filter((one) => one.id !== account.id)),
      (error) => notifyProblem("The account could not be erased", error),
    );
  const premium = account.tier === "premium";
  const administrator = account.role === "administrator";
  return (
    <li className="flex items-center gap-3 px-4 py-2.5" data-testid="user-row">
      <div className="min-w-0 flex-1">
        <div className="truncate text-sm font-medium">{account.name}</div>
        <div className="truncate text-xs text-muted-foreground">
          {account.email} · since {ago(account.created_at)}
        </div>
      </div>
      {administrator && <Badge>Administrator</Badge>}
      <Badge variant={premium ? "default" : "secondary"} className="capitalize" data-testid="tier">
        {account.tier}
      </Badge>
      <DropdownMenu>
        <DropdownMenuTrigger asChild>
          <Button variant="ghost" size="icon" className="size-8" aria-label={`Actions for ${account.name}`} data-testid="user-actions">
            <MoreHorizontal />
          </Button>
        </DropdownMenuTrigger>
        <DropdownMenuContent align="end">
          <DropdownMenuItem onSelect={() => void change({ tier: premium ? "free" : "premium" })} data-testid="toggle-tier">
            {premium ? "Make free" : "Make premium"}
          </DropdownMenuItem>
          <DropdownMenuItem onSelect={() => void change({ role: administrator ? "user" : "administrator" })}>{administrator ? "Administers no more" : "Make administrator"}</DropdownMenuItem>
          <DropdownMenuItem onSelect={() => void change({ end_sign_ins: true })} data-testid="end-sign-ins">
            End all sign-ins
          </DropdownMenuItem>
          <DropdownMenuSeparator />
          <DropdownMenuItem onSelect={() => setErasing(true)}>Erase…</DropdownMenuItem>
        </DropdownMenuContent>
      </DropdownMenu>
      <ConfirmDialog open={erasing} onOpenChange={setErasing} title={`Erase ${account.name}?`} text="All they wrote can never be opened again, and every sign-in ends. This cannot be undone." action="Erase" onConfirm={() => void erase()} />
    </li>
  );
}
