"use client";

import { useRouter } from "next/navigation";
import { useEffect, useMemo, useState } from "react";
import { CommandDialog, CommandEmpty, CommandGroup, CommandInput, CommandItem, CommandList, CommandShortcut } from "@/components/ui/command";
import { useMe } from "./me";
import { useOverlays } from "./overlays";
import { type Action, readableKeys, useActions, useOffer, useShortcuts } from "./shortcuts";
import { useTheme } from "./theme";

export function CommandMenu() {
  const { open, show } = useOverlays();
  const [search, setSearch] = useState("");
  const actions = useActions((store) => store.actions);
  useGeneralActions();
  useShortcuts();
  const all = Object.values(actions).flat().filter((action) => action.id !== "commands");
  const groups = [...new Set(all.map((action) => action.group))].map((group) => [group, all.filter((action) => action.group === group)] as const);
  // Opened again while it still fades away, the menu would have kept what was typed.
  useEffect(() => {
    if (open === "commands") setSearch("");
  }, [open]);
  const run = (action: Action) => {
    show(null);
    // After the menu has given the focus back, so that an action may move it.
    setTimeout(action.run);
  };
  return (
    <CommandDialog open={open === "commands"} onOpenChange={(now) => show(now ? "commands" : null)}>
      <CommandInput placeholder="What do you want to do?" value={search} onValueChange={setSearch} />
      <CommandList>
        <CommandEmpty>Nothing of that name.</CommandEmpty>
        {groups.map(([group, items]) => (
          <CommandGroup key={group} heading={group}>
            {items.map((action) => (
              <CommandItem key={action.id} value={`${action.label} ${action.id}`} disabled={action.disabled} onSelect={() => run(action)}>
                {action.label}
                {action.keys && <CommandShortcut>{readableKeys(action.keys)}</CommandShortcut>}
              </CommandItem>
            ))}
          </CommandGroup>
        ))}
      </CommandList>
    </CommandDialog>
  );
}

function useGeneralActions(): void {
  const router = useRouter();
  const show = useOverlays((store) => store.show);
  const toggle = useTheme((store) => store.toggle);
  const signOut = useMe((store) => store.signOut);
  const actions = useMemo<Action[]>(
    () => [
      { id: "commands", label: "Command menu", group: "General", keys: "Mod+K", run: () => show("commands") },
      { id: "shortcuts", label: "Keyboard shortcuts", group: "General", keys: "Mod+/", run: () => show("shortcuts") },
      { id: "projects", label: "Go to projects", group: "General", run: () => router.push("/") },
      { id: "org", label: "Go to members and keys", group: "General", run: () => router.push("/org/") },
      { id: "theme", label: "Switch between light and dark", group: "General", run: toggle },
      { id: "sign-out", label: "Sign out", group: "General", run: () => void signOut() },
    ],
    [router, show, toggle, signOut],
  );
  useOffer("general", actions);
}
