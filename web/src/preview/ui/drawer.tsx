import type * as React from "react";
import { Drawer as Primitive } from "vaul";
import { cn } from "@/lib/utils";

const Drawer = Primitive.Root;
const DrawerTrigger = Primitive.Trigger;
const DrawerPortal = Primitive.Portal;
const DrawerClose = Primitive.Close;

function DrawerOverlay({ className, ...props }: React.ComponentProps<typeof Primitive.Overlay>) {
  return <Primitive.Overlay className={cn("fixed inset-0 z-50 bg-black/50", className)} {...props} />;
}

const sides =
  "data-[vaul-drawer-direction=bottom]:inset-x-0 data-[vaul-drawer-direction=bottom]:bottom-0 data-[vaul-drawer-direction=bottom]:mt-24 data-[vaul-drawer-direction=bottom]:max-h-[80vh] data-[vaul-drawer-direction=bottom]:rounded-t-lg data-[vaul-drawer-direction=bottom]:border-t data-[vaul-drawer-direction=top]:inset-x-0 data-[vaul-drawer-direction=top]:top-0 data-[vaul-drawer-direction=top]:mb-24 data-[vaul-drawer-direction=top]:max-h-[80vh] data-[vaul-drawer-direction=top]:rounded-b-lg data-[vaul-drawer-direction=top]:border-b data-[vaul-drawer-direction=right]:inset-y-0 data-[vaul-drawer-direction=right]:right-0 data-[vaul-drawer-direction=right]:w-3/4 data-[vaul-drawer-direction=right]:border-l data-[vaul-drawer-direction=right]:sm:max-w-sm data-[vaul-drawer-direction=left]:inset-y-0 data-[vaul-drawer-direction=left]:left-0 data-[vaul-drawer-direction=left]:w-3/4 data-[vaul-drawer-direction=left]:border-r data-[vaul-drawer-direction=left]:sm:max-w-sm";

function DrawerContent({ className, children, ...props }: React.ComponentProps<typeof Primitive.Content>) {
  return (
    <DrawerPortal>
      <DrawerOverlay />
      <Primitive.Content className={cn("group/drawer fixed z-50 flex h-auto flex-col bg-background outline-none", sides, className)} {...props}>
        <div className="mx-auto mt-4 hidden h-2 w-24 shrink-0 rounded-full bg-muted group-data-[vaul-drawer-direction=bottom]/drawer:block" />
        {children}
      </Primitive.Content>
    </DrawerPortal>
  );
}

const DrawerHeader = ({ className, ...props }: React.ComponentProps<"div">) => <div className={cn("flex flex-col gap-1.5 p-4", className)} {...props} />;
const DrawerFooter = ({ className, ...props }: React.ComponentProps<"div">) => <div className={cn("mt-auto flex flex-col gap-2 p-4", className)} {...props} />;
const DrawerTitle = ({ className, ...props }: React.ComponentProps<typeof Primitive.Title>) => <Primitive.Title className={cn("font-semibold", className)} {...props} />;
const DrawerDescription = ({ className, ...props }: React.ComponentProps<typeof Primitive.Description>) => <Primitive.Description className={cn("text-sm text-muted-foreground", className)} {...props} />;

export { Drawer, DrawerClose, DrawerContent, DrawerDescription, DrawerFooter, DrawerHeader, DrawerOverlay, DrawerPortal, DrawerTitle, DrawerTrigger };
