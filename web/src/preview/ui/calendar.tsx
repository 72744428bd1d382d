import { ChevronDown, ChevronLeft, ChevronRight, ChevronUp } from "lucide-react";
import * as React from "react";
import { DayButton, DayPicker, type DayButtonProps } from "react-day-picker";
import { Button, buttonVariants } from "@/components/ui/button";
import { cn } from "@/lib/utils";

type CalendarProps = React.ComponentProps<typeof DayPicker> & { buttonVariant?: React.ComponentProps<typeof Button>["variant"] };

const arrows = { up: ChevronUp, down: ChevronDown, left: ChevronLeft, right: ChevronRight };

const Chevron = ({ orientation = "right", className }: { orientation?: keyof typeof arrows; className?: string }) => {
  const Arrow = arrows[orientation];
  return <Arrow className={cn("size-4", className)} />;
};

const looks = (arrow: string, isCaption: boolean) => ({
  root: "w-fit",
  months: "relative flex flex-col gap-4 md:flex-row",
  month: "flex w-full flex-col gap-4",
  nav: "absolute inset-x-0 top-0 flex w-full items-center justify-between gap-1",
  button_previous: arrow,
  button_next: arrow,
  month_caption: "flex h-8 w-full items-center justify-center px-8",
  dropdowns: "flex h-8 w-full items-center justify-center gap-1.5 text-sm font-medium",
  dropdown_root: "relative rounded-md border border-input shadow-xs",
  dropdown: "absolute inset-0 opacity-0",
  caption_label: cn("text-sm font-medium select-none", !isCaption && "flex h-8 items-center gap-1 rounded-md pr-1 pl-2 [&>svg]:size-3.5 [&>svg]:text-muted-foreground"),
  month_grid: "w-full border-collapse",
  weekdays: "flex",
  weekday: "flex-1 text-[0.8rem] font-normal text-muted-foreground select-none",
  week: "mt-2 flex w-full",
  week_number: "w-8 text-[0.8rem] text-muted-foreground select-none",
  day: "relative aspect-square size-full p-0 text-center select-none",
  range_start: "rounded-l-md bg-accent",
  range_middle: "rounded-none bg-accent",
  range_end: "rounded-r-md bg-accent",
  today: "rounded-md bg-accent text-accent-foreground",
  outside: "text-muted-foreground",
  disabled: "text-muted-foreground opacity-50",
  hidden: "invisible",
});

function Calendar({ className, classNames, showOutsideDays = true, captionLayout = "label", buttonVariant = "ghost", components, ...props }: CalendarProps) {
  const arrow = cn(buttonVariants({ variant: buttonVariant }), "z-10 size-8 p-0 aria-disabled:opacity-50");
  return (
    <DayPicker
      showOutsideDays={showOutsideDays}
      captionLayout={captionLayout}
      className={cn("w-fit bg-background p-3", className)}
      classNames={{ ...looks(arrow, captionLayout === "label"), ...classNames }}
      components={{ Chevron, DayButton: CalendarDayButton, ...components }}
      {...props}
    />
  );
}

function CalendarDayButton({ className, modifiers, ...props }: DayButtonProps) {
  const alone = modifiers.selected && !modifiers.range_middle;
  return (
    <DayButton
      modifiers={modifiers}
      data-selected={modifiers.selected}
      className={cn(buttonVariants({ variant: "ghost", size: "icon" }), "aspect-square size-auto w-full min-w-8 font-normal", alone && "bg-primary text-primary-foreground hover:bg-primary hover:text-primary-foreground", modifiers.range_middle && "rounded-none", className)}
      {...props}
    />
  );
}

export { Calendar, CalendarDayButton };
