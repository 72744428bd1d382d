import { ContextMenu as Primitive } from "radix-ui";
import type * as React from "react";
import { cn } from "@/lib/utils";
import { menuParts, Shortcut, surface } from "./menu-parts";

const parts = menuParts(Primitive);

const ContextMenu = Primitive.Root;
const ContextMenuTrigger = Primitive.Trigger;
const ContextMenuGroup = Primitive.Group;
const ContextMenuPortal = Primitive.Portal;
const ContextMenuSub = Primitive.Sub;
const ContextMenuRadioGroup = Primitive.RadioGroup;
const ContextMenuItem = parts.Item;
const ContextMenuCheckboxItem = parts.CheckboxItem;
const ContextMenuRadioItem = parts.RadioItem;
const ContextMenuLabel = parts.Label;
const ContextMenuSeparator = parts.Separator;
const ContextMenuShortcut = Shortcut;
const ContextMenuSubTrigger = parts.SubTrigger;
const ContextMenuSubContent = parts.SubContent;

function ContextMenuContent({ className, ...props }: React.ComponentProps<typeof Primitive.Content>) {
  return (
    <Primitive.Portal>
      <Primitive.Content className={cn(surface, className)} {...props} />
    </Primitive.Portal>
  );
}

export {
  ContextMenu,
  ContextMenuCheckboxItem,
  ContextMenuContent,
  ContextMenuGroup,
  ContextMenuItem,
  ContextMenuLabel,
  ContextMenuPortal,
  ContextMenuRadioGroup,
  ContextMenuRadioItem,
  ContextMenuSeparator,
  ContextMenuShortcut,
  ContextMenuSub,
  ContextMenuSubContent,
  ContextMenuSubTrigger,
  ContextMenuTrigger,
};
