import { X } from "lucide-react";
import { Dialog as Primitive } from "radix-ui";
import type * as React from "react";
import { cn } from "@/lib/utils";

const Sheet = Primitive.Root;
const SheetTrigger = Primitive.Trigger;
const SheetClose = Primitive.Close;

const sides = {
  right: "inset-y-0 right-0 h-full w-3/4 border-l sm:max-w-sm",
  left: "inset-y-0 left-0 h-full w-3/4 border-r sm:max-w-sm",
  top: "inset-x-0 top-0 h-auto border-b",
  bottom: "inset-x-0 bottom-0 h-auto border-t",
};

type SheetContentProps = React.ComponentProps<typeof Primitive.Content> & { side?: keyof typeof sides };

function SheetContent({ className, children, side = "right", ...props }: SheetContentProps) {
  return (
    <Primitive.Portal>
      <Primitive.Overlay className="fixed inset-0 z-50 bg-black/50" />
      <Primitive.Content className={cn("fixed z-50 flex flex-col gap-4 bg-background shadow-lg", sides[side], className)} {...props}>
        {children}
        <Primitive.Close className="absolute top-4 right-4 rounded-xs opacity-70 hover:opacity-100">
          <X className="size-4" />
          <span className="sr-only">Close</span>
        </Primitive.Close>
      </Primitive.Content>
    </Primitive.Portal>
  );
}

const SheetHeader = ({ className, ...props }: React.ComponentProps<"div">) => <div className={cn("flex flex-col gap-1.5 p-4", className)} {...props} />;
const SheetFooter = ({ className, ...props }: React.ComponentProps<"div">) => <div className={cn("mt-auto flex flex-col gap-2 p-4", className)} {...props} />;
const SheetTitle = ({ className, ...props }: React.ComponentProps<typeof Primitive.Title>) => <Primitive.Title className={cn("font-semibold", className)} {...props} />;
const SheetDescription = ({ className, ...props }: React.ComponentProps<typeof Primitive.Description>) => <Primitive.Description className={cn("text-sm text-muted-foreground", className)} {...props} />;

export { Sheet, SheetClose, SheetContent, SheetDescription, SheetFooter, SheetHeader, SheetTitle, SheetTrigger };
