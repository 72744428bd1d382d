import { Building2, Check, Plus, ShieldCheck } from "lucide-react";
import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import { org, orgName } from "@/api/org";
import { useMe } from "@/components/me";
import { notifyProblem } from "@/components/notify";
import { DropdownMenuItem, DropdownMenuLabel, DropdownMenuSeparator } from "@/components/ui/dropdown-menu";
import { useOrg } from "./useOrg";

/** The part of the user menu about organisations: which one, which others, and what to manage. */
export function OrgMenu({ onNew }: { onNew: () => void }) {
  const router = useRouter();
  const { current, mine, load, switchTo } = useOrg();
  const administrator = useMe((store) => store.user?.administrator);
  useEffect(() => void load(), [load]);
  const choose = (tenant: string) => void switchTo(tenant).catch((error) => notifyProblem("The organisation could not be opened", error));
  return (
    <>
      <DropdownMenuLabel className="text-xs font-normal text-muted-foreground">Organisation</DropdownMenuLabel>
      {mine.map((one) => (
        <DropdownMenuItem key={one.id} onSelect={() => choose(one.id)} data-testid="switch-org">
          {one.id === current?.id ? <Check /> : <Building2 />} <span className="truncate">{orgName(one)}</span>
        </DropdownMenuItem>
      ))}
      <DropdownMenuItem onSelect={onNew} data-testid="new-org">
        <Plus /> New organisation
      </DropdownMenuItem>
      <DropdownMenuItem onSelect={() => router.push("/org/")} data-testid="manage-org">
        <Building2 /> Members and keys
      </DropdownMenuItem>
      {administrator && (
        <DropdownMenuItem onSelect={() => router.push("/users/")} data-testid="admin-users">
          <ShieldCheck /> All accounts
        </DropdownMenuItem>
      )}
      <DropdownMenuSeparator />
    </>
  );
}

/** Whether the dialog for a new organisation is open, and what it does. */
export function useNewOrg() {
  const [open, setOpen] = useState(false);
  const create = async (name: string) => {
    try {
      const made = await org.create(name);
      await useOrg.getState().switchTo(made.id);
    } catch (error) {
      notifyProblem("The organisation could not be created", error);
      throw error;
    }
  };
  return { open, setOpen, create };
}
