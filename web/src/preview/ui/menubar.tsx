import { Menubar as Primitive } from "radix-ui";
import type * as React from "react";
import { cn } from "@/lib/utils";
import { menuParts, Shortcut, surface } from "./menu-parts";

const parts = menuParts(Primitive);

const MenubarMenu = Primitive.Menu;
const MenubarGroup = Primitive.Group;
const MenubarPortal = Primitive.Portal;
const MenubarSub = Primitive.Sub;
const MenubarRadioGroup = Primitive.RadioGroup;
const MenubarItem = parts.Item;
const MenubarCheckboxItem = parts.CheckboxItem;
const MenubarRadioItem = parts.RadioItem;
const MenubarLabel = parts.Label;
const MenubarSeparator = parts.Separator;
const MenubarShortcut = Shortcut;
const MenubarSubTrigger = parts.SubTrigger;
const MenubarSubContent = parts.SubContent;

function Menubar({ className, ...props }: React.ComponentProps<typeof Primitive.Root>) {
  return <Primitive.Root className={cn("flex h-9 items-center gap-1 rounded-md border bg-background p-1 shadow-xs", className)} {...props} />;
}

function MenubarTrigger({ className, ...props }: React.ComponentProps<typeof Primitive.Trigger>) {
  return <Primitive.Trigger className={cn("flex items-center rounded-sm px-2 py-1 text-sm font-medium outline-none select-none focus:bg-accent focus:text-accent-foreground data-[state=open]:bg-accent", className)} {...props} />;
}

function MenubarContent({ className, align = "start", alignOffset = -4, sideOffset = 8, ...props }: React.ComponentProps<typeof Primitive.Content>) {
  return (
    <Primitive.Portal>
      <Primitive.Content align={align} alignOffset={alignOffset} sideOffset={sideOffset} className={cn(surface, "min-w-[12rem]", className)} {...props} />
    </Primitive.Portal>
  );
}

export {
  Menubar,
  MenubarCheckboxItem,
  MenubarContent,
  MenubarGroup,
  MenubarItem,
  MenubarLabel,
  MenubarMenu,
  MenubarPortal,
  MenubarRadioGroup,
  MenubarRadioItem,
  MenubarSeparator,
  MenubarShortcut,
  MenubarSub,
  MenubarSubContent,
  MenubarSubTrigger,
  MenubarTrigger,
};
