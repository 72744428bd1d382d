import { type Role, ROLE_HELP, ROLES } from "@/api/org";
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from "@/components/ui/select";

type Props = { value: Role; onChange: (role: Role) => void; label: string; owners: boolean; disabled?: boolean };

/** `owners`: whether who chooses may make owners. */
export function RoleSelect({ value, onChange, label, owners, disabled }: Props) {
  const roles = ROLES.filter((role) => owners || role !== "owner" || role === value);
  return (
    <Select value={value} onValueChange={(role) => onChange(role as Role)} disabled={disabled}>
      <SelectTrigger size="sm" aria-label={label} className="w-28 capitalize">
        <SelectValue>{value}</SelectValue>
      </SelectTrigger>
      <SelectContent>
        {roles.map((role) => (
          <SelectItem key={role} value={role}>
            <span className="capitalize">{role}</span> <span className="text-muted-foreground">{ROLE_HELP[role]}</span>
          </SelectItem>
        ))}
      </SelectContent>
    </Select>
  );
}
