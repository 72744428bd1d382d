import { ChevronLeft, ChevronRight, MoreHorizontal } from "lucide-react";
import type { VariantProps } from "class-variance-authority";
import type * as React from "react";
import { buttonVariants } from "@/components/ui/button";
import { cn } from "@/lib/utils";

type LinkProps = React.ComponentProps<"a"> & Pick<VariantProps<typeof buttonVariants>, "size"> & { isActive?: boolean };

const Pagination = ({ className, ...props }: React.ComponentProps<"nav">) => <nav aria-label="Pagination" className={cn("mx-auto flex w-full justify-center", className)} {...props} />;
const PaginationContent = ({ className, ...props }: React.ComponentProps<"ul">) => <ul className={cn("flex items-center gap-1", className)} {...props} />;
const PaginationItem = (props: React.ComponentProps<"li">) => <li {...props} />;

function PaginationLink({ className, isActive, size = "icon", ...props }: LinkProps) {
  return <a aria-current={isActive ? "page" : undefined} data-active={isActive} className={cn(buttonVariants({ variant: isActive ? "outline" : "ghost", size }), className)} {...props} />;
}

function PaginationPrevious({ className, ...props }: LinkProps) {
  return (
    <PaginationLink aria-label="Previous page" size="default" className={cn("gap-1 px-2.5", className)} {...props}>
      <ChevronLeft />
      <span className="hidden sm:block">Previous</span>
    </PaginationLink>
  );
}

function PaginationNext({ className, ...props }: LinkProps) {
  return (
    <PaginationLink aria-label="Next page" size="default" className={cn("gap-1 px-2.5", className)} {...props}>
      <span className="hidden sm:block">Next</span>
      <ChevronRight />
    </PaginationLink>
  );
}

function PaginationEllipsis({ className, ...props }: React.ComponentProps<"span">) {
  return (
    <span aria-hidden className={cn("flex size-9 items-center justify-center", className)} {...props}>
      <MoreHorizontal className="size-4" />
    </span>
  );
}

export { Pagination, PaginationContent, PaginationEllipsis, PaginationItem, PaginationLink, PaginationNext, PaginationPrevious };
