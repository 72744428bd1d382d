"use client";

import { Command, Keyboard, LogOut, UserRound } from "lucide-react";
import Link from "next/link";
import { useEffect } from "react";
import { Button } from "@/components/ui/button";
import { DropdownMenu, DropdownMenuContent, DropdownMenuItem, DropdownMenuLabel, DropdownMenuSeparator, DropdownMenuShortcut, DropdownMenuTrigger } from "@/components/ui/dropdown-menu";
import { NewOrgDialog } from "@/org/NewOrgDialog";
import { OrgMenu, useNewOrg } from "@/org/OrgMenu";
import { useMe } from "./me";
import { useOverlays } from "./overlays";
import { mod } from "./shortcuts";

export function UserMenu() {
  const { user, load, signOut } = useMe();
  const show = useOverlays((store) => store.show);
  useEffect(() => void load(), [load]);
  const initials = (user?.name || user?.email || "?").split(/\s+/).map((word) => word[0]).slice(0, 2).join("").toUpperCase();
  const newOrg = useNewOrg();
  return (
    <>
      <DropdownMenu>
        <DropdownMenuTrigger asChild>
          <Button variant="secondary" size="icon" className="size-8 rounded-full text-xs" data-testid="user-menu" aria-label={`Your account, ${initials}`}>
            {initials}
          </Button>
        </DropdownMenuTrigger>
        <DropdownMenuContent align="end" className="w-60">
          <DropdownMenuLabel>
            <div className="truncate">{user?.name ?? "…"}</div>
            <div className="truncate text-xs font-normal text-muted-foreground">{user?.email}</div>
          </DropdownMenuLabel>
          <DropdownMenuSeparator />
          <DropdownMenuItem asChild>
            <Link href="/profile" data-testid="to-profile">
              <UserRound /> Your profile
            </Link>
          </DropdownMenuItem>
          <OrgMenu onNew={() => newOrg.setOpen(true)} />
          <DropdownMenuItem onSelect={() => show("commands")}>
            <Command /> Command menu <DropdownMenuShortcut>{mod()}K</DropdownMenuShortcut>
          </DropdownMenuItem>
          <DropdownMenuItem onSelect={() => show("shortcuts")}>
            <Keyboard /> Shortcuts <DropdownMenuShortcut>{mod()}/</DropdownMenuShortcut>
          </DropdownMenuItem>
          <DropdownMenuSeparator />
          <DropdownMenuItem onSelect={() => void signOut()} data-testid="sign-out">
            <LogOut /> Sign out
          </DropdownMenuItem>
        </DropdownMenuContent>
      </DropdownMenu>
      <NewOrgDialog open={newOrg.open} onOpenChange={newOrg.setOpen} onCreate={newOrg.create} />
    </>
  );
}
