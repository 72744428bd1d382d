/** What the menus that differ only in how they open have in common. */
import { Check, ChevronRight, Circle } from "lucide-react";
import type { ContextMenu } from "radix-ui";
import type * as React from "react";
import { cn } from "@/lib/utils";

export const surface =
  "z-50 min-w-[9rem] overflow-x-hidden overflow-y-auto rounded-md border bg-popover p-1 text-popover-foreground shadow-md data-[state=open]:animate-in data-[state=open]:fade-in-0 data-[state=open]:zoom-in-95";
const row =
  "relative flex cursor-default items-center gap-2 rounded-sm px-2 py-1.5 text-sm outline-none select-none focus:bg-accent focus:text-accent-foreground data-[disabled]:pointer-events-none data-[disabled]:opacity-50 data-[state=open]:bg-accent [&_svg]:pointer-events-none [&_svg]:size-4 [&_svg]:shrink-0";
const mark = "absolute left-2 flex size-3.5 items-center justify-center";

type Names = "Item" | "CheckboxItem" | "RadioItem" | "ItemIndicator" | "Label" | "Separator" | "SubTrigger" | "SubContent" | "Portal";
type Primitive = Pick<typeof ContextMenu, Names>;
type Props<Name extends Names> = React.ComponentProps<Primitive[Name]>;
type Inset = { inset?: boolean };

export function Shortcut({ className, ...props }: React.ComponentProps<"span">) {
  return <span className={cn("ml-auto pl-4 text-xs tracking-widest text-muted-foreground", className)} {...props} />;
}

export function menuParts(Menu: Primitive) {
  return { ...items(Menu), ...choices(Menu), ...submenus(Menu) };
}

function items(Menu: Primitive) {
  return {
    Item: ({ className, inset, variant, ...props }: Props<"Item"> & Inset & { variant?: "default" | "destructive" }) => (
      <Menu.Item className={cn(row, inset && "pl-8", variant === "destructive" && "text-destructive focus:text-destructive", className)} {...props} />
    ),
    Label: ({ className, inset, ...props }: Props<"Label"> & Inset) => <Menu.Label className={cn("px-2 py-1.5 text-sm font-medium", inset && "pl-8", className)} {...props} />,
    Separator: ({ className, ...props }: Props<"Separator">) => <Menu.Separator className={cn("-mx-1 my-1 h-px bg-border", className)} {...props} />,
  };
}

function choices(Menu: Primitive) {
  const Mark = ({ children }: { children: React.ReactNode }) => (
    <span className={mark}>
      <Menu.ItemIndicator>{children}</Menu.ItemIndicator>
    </span>
  );
  return {
    CheckboxItem: ({ className, children, ...props }: Props<"CheckboxItem">) => (
      <Menu.CheckboxItem className={cn(row, "pl-8", className)} {...props}>
        <Mark>
          <Check />
        </Mark>
        {children}
      </Menu.CheckboxItem>
    ),
    RadioItem: ({ className, children, ...props }: Props<"RadioItem">) => (
      <Menu.RadioItem className={cn(row, "pl-8", className)} {...props}>
        <Mark>
          <Circle className="size-2! fill-current" />
        </Mark>
        {children}
      </Menu.RadioItem>
    ),
  };
}

function submenus(Menu: Primitive) {
  return {
    SubTrigger: ({ className, inset, children, ...props }: Props<"SubTrigger"> & Inset) => (
      <Menu.SubTrigger className={cn(row, inset && "pl-8", className)} {...props}>
        {children}
        <ChevronRight className="ml-auto" />
      </Menu.SubTrigger>
    ),
    SubContent: ({ className, ...props }: Props<"SubContent">) => (
      <Menu.Portal>
        <Menu.SubContent className={cn(surface, className)} {...props} />
      </Menu.Portal>
    ),
  };
}
