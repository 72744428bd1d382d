"use client";

import { LogOut, Pencil } from "lucide-react";
import { useEffect, useState } from "react";
import { org, orgName } from "@/api/org";
import { AppShell } from "@/components/AppShell";
import { ConfirmDialog } from "@/components/ConfirmDialog";
import { notifyProblem } from "@/components/notify";
import { RenameDialog } from "@/components/RenameDialog";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { ApiKeys } from "./ApiKeys";
import { Invites } from "./Invites";
import { Logins } from "./Logins";
import { Members } from "./Members";
import { useManages, useOrg } from "./useOrg";

/** The organisation that somebody works in: people, ways in, keys for scripts. */
export function OrgScreen() {
  const { current, load } = useOrg();
  const manages = useManages();
  useEffect(() => void load(), [load]);
  return (
    <AppShell className="bg-canvas">
      <main className="mx-auto grid w-full max-w-3xl flex-1 content-start gap-6 px-4 py-8 pb-16">
        <Head />
        {current && <Members />}
        {manages && <Invites />}
        {manages && <Logins />}
        {manages && <ApiKeys />}
      </main>
    </AppShell>
  );
}

function Head() {
  const { current, named } = useOrg();
  const manages = useManages();
  const [renaming, setRenaming] = useState(false);
  const [leaving, setLeaving] = useState(false);
  const rename = (name: string) =>
    org.rename(name).then(
      () => named(name),
      (error) => {
        notifyProblem("The organisation could not be renamed", error);
        throw error;
      },
    );
  const leave = () =>
    org.leave().then(
      () => location.assign("/login"),
      (error) => notifyProblem("You could not leave", error),
    );
  return (
    <div className="flex flex-wrap items-center gap-3">
      <h1 className="min-w-0 flex-1 truncate text-2xl font-semibold tracking-tight" data-testid="org-name">
        {current ? orgName(current) : "…"}
      </h1>
      {current && (
        <Badge variant="secondary" className="capitalize" data-testid="org-role">
          {current.role}
        </Badge>
      )}
      {manages && (
        <Button variant="outline" size="sm" className="bg-card" onClick={() => setRenaming(true)} data-testid="rename-org">
          <Pencil /> Rename
        </Button>
      )}
      {current && !current.home && (
        <Button variant="outline" size="sm" className="bg-card" onClick={() => setLeaving(true)} data-testid="leave-org">
          <LogOut /> Leave
        </Button>
      )}
      <RenameDialog open={renaming} onOpenChange={setRenaming} what="organisation" value={current?.name ?? ""} onRename={rename} />
      <ConfirmDialog open={leaving} onOpenChange={setLeaving} title="Leave this organisation?" text="You will be signed out of it, and your API keys for it end. Somebody has to invite you to come back." action="Leave" onConfirm={() => void leave()} />
    </div>
  );
}
