import type * as React from "react";
import { cn } from "@/lib/utils";

function Table({ className, ...props }: React.ComponentProps<"table">) {
  return (
    <div className="relative w-full overflow-x-auto">
      <table className={cn("w-full caption-bottom text-sm", className)} {...props} />
    </div>
  );
}

const TableHeader = ({ className, ...props }: React.ComponentProps<"thead">) => <thead className={cn("[&_tr]:border-b", className)} {...props} />;
const TableBody = ({ className, ...props }: React.ComponentProps<"tbody">) => <tbody className={cn("[&_tr:last-child]:border-0", className)} {...props} />;
const TableFooter = ({ className, ...props }: React.ComponentProps<"tfoot">) => <tfoot className={cn("border-t bg-muted/50 font-medium", className)} {...props} />;
const TableRow = ({ className, ...props }: React.ComponentProps<"tr">) => <tr className={cn("border-b transition-colors hover:bg-muted/50 data-[state=selected]:bg-muted", className)} {...props} />;
const TableHead = ({ className, ...props }: React.ComponentProps<"th">) => <th className={cn("h-10 px-2 text-left align-middle font-medium whitespace-nowrap", className)} {...props} />;
const TableCell = ({ className, ...props }: React.ComponentProps<"td">) => <td className={cn("p-2 align-middle whitespace-nowrap", className)} {...props} />;
const TableCaption = ({ className, ...props }: React.ComponentProps<"caption">) => <caption className={cn("mt-4 text-sm text-muted-foreground", className)} {...props} />;

export { Table, TableBody, TableCaption, TableCell, TableFooter, TableHead, TableHeader, TableRow };
