import { cva } from "class-variance-authority";
import { ChevronDown } from "lucide-react";
import { NavigationMenu as Primitive } from "radix-ui";
import type * as React from "react";
import { cn } from "@/lib/utils";

const navigationMenuTriggerStyle = cva(
  "group inline-flex h-9 w-max items-center justify-center rounded-md bg-background px-4 py-2 text-sm font-medium outline-none hover:bg-accent hover:text-accent-foreground focus-visible:ring-2 focus-visible:ring-ring disabled:pointer-events-none disabled:opacity-50 data-[state=open]:bg-accent/50",
);

const NavigationMenuItem = ({ className, ...props }: React.ComponentProps<typeof Primitive.Item>) => <Primitive.Item className={cn("relative", className)} {...props} />;

function NavigationMenu({ className, children, viewport = true, ...props }: React.ComponentProps<typeof Primitive.Root> & { viewport?: boolean }) {
  return (
    <Primitive.Root data-viewport={viewport} className={cn("group/menu relative flex max-w-max flex-1 items-center justify-center", className)} {...props}>
      {children}
      {viewport && <NavigationMenuViewport />}
    </Primitive.Root>
  );
}

function NavigationMenuList({ className, ...props }: React.ComponentProps<typeof Primitive.List>) {
  return <Primitive.List className={cn("flex flex-1 list-none items-center justify-center gap-1", className)} {...props} />;
}

function NavigationMenuTrigger({ className, children, ...props }: React.ComponentProps<typeof Primitive.Trigger>) {
  return (
    <Primitive.Trigger className={cn(navigationMenuTriggerStyle(), className)} {...props}>
      {children}
      <ChevronDown aria-hidden className="relative top-px ml-1 size-3 transition-transform group-data-[state=open]:rotate-180" />
    </Primitive.Trigger>
  );
}

/** Within the viewport that all items share, or in a box of its own below the item. */
function NavigationMenuContent({ className, ...props }: React.ComponentProps<typeof Primitive.Content>) {
  const own = "group-data-[viewport=false]/menu:top-full group-data-[viewport=false]/menu:mt-1.5 group-data-[viewport=false]/menu:rounded-md group-data-[viewport=false]/menu:border group-data-[viewport=false]/menu:bg-popover group-data-[viewport=false]/menu:shadow";
  return <Primitive.Content className={cn("top-0 left-0 w-full p-2 md:absolute md:w-auto", own, className)} {...props} />;
}

function NavigationMenuViewport({ className, ...props }: React.ComponentProps<typeof Primitive.Viewport>) {
  return (
    <div className="absolute top-full left-0 isolate z-50 flex justify-center">
      <Primitive.Viewport
        className={cn("relative mt-1.5 h-(--radix-navigation-menu-viewport-height) w-full overflow-hidden rounded-md border bg-popover text-popover-foreground shadow md:w-(--radix-navigation-menu-viewport-width)", className)}
        {...props}
      />
    </div>
  );
}

function NavigationMenuLink({ className, ...props }: React.ComponentProps<typeof Primitive.Link>) {
  return <Primitive.Link className={cn("flex flex-col gap-1 rounded-sm p-2 text-sm outline-none hover:bg-accent hover:text-accent-foreground focus-visible:ring-2 focus-visible:ring-ring data-[active=true]:bg-accent/50", className)} {...props} />;
}

function NavigationMenuIndicator({ className, ...props }: React.ComponentProps<typeof Primitive.Indicator>) {
  return (
    <Primitive.Indicator className={cn("top-full z-10 flex h-1.5 items-end justify-center overflow-hidden", className)} {...props}>
      <span className="relative top-[60%] size-2 rotate-45 rounded-tl-sm bg-border shadow-md" />
    </Primitive.Indicator>
  );
}

export {
  NavigationMenu,
  NavigationMenuContent,
  NavigationMenuIndicator,
  NavigationMenuItem,
  NavigationMenuLink,
  NavigationMenuList,
  NavigationMenuTrigger,
  navigationMenuTriggerStyle,
  NavigationMenuViewport,
};
