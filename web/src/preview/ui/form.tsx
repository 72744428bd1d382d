import { Slot } from "radix-ui";
import * as React from "react";
import { Controller, type ControllerProps, type FieldPath, type FieldValues, FormProvider, useFormContext, useFormState } from "react-hook-form";
import { Label } from "@/components/ui/label";
import { cn } from "@/lib/utils";

const Form = FormProvider;

/** Which field this is, by name, and by the id that its parts are tied together with. */
const FieldName = React.createContext<string | null>(null);
const ItemId = React.createContext<string>("");

function FormField<Values extends FieldValues = FieldValues, Name extends FieldPath<Values> = FieldPath<Values>>(props: ControllerProps<Values, Name>) {
  return (
    <FieldName value={props.name}>
      <Controller {...props} />
    </FieldName>
  );
}

function useFormField() {
  const name = React.use(FieldName);
  const id = React.use(ItemId);
  const { getFieldState } = useFormContext();
  const state = useFormState({ name: name ?? undefined });
  if (name === null) throw new Error("useFormField needs a <FormField> around it.");
  return { id, name, formItemId: `${id}-item`, formDescriptionId: `${id}-description`, formMessageId: `${id}-message`, ...getFieldState(name, state) };
}

function FormItem({ className, ...props }: React.ComponentProps<"div">) {
  return (
    <ItemId value={React.useId()}>
      <div className={cn("grid gap-2", className)} {...props} />
    </ItemId>
  );
}

function FormLabel({ className, ...props }: React.ComponentProps<typeof Label>) {
  const { error, formItemId } = useFormField();
  return <Label data-error={!!error} htmlFor={formItemId} className={cn(error && "text-destructive", className)} {...props} />;
}

function FormControl(props: React.ComponentProps<typeof Slot.Root>) {
  const { error, formItemId, formDescriptionId, formMessageId } = useFormField();
  return <Slot.Root id={formItemId} aria-describedby={error ? `${formDescriptionId} ${formMessageId}` : formDescriptionId} aria-invalid={!!error} {...props} />;
}

function FormDescription({ className, ...props }: React.ComponentProps<"p">) {
  return <p id={useFormField().formDescriptionId} className={cn("text-sm text-muted-foreground", className)} {...props} />;
}

function FormMessage({ className, children, ...props }: React.ComponentProps<"p">) {
  const { error, formMessageId } = useFormField();
  const text = error ? (error.message ?? "") : children;
  if (!text) return null;
  return (
    <p id={formMessageId} className={cn("text-sm text-destructive", className)} {...props}>
      {text}
    </p>
  );
}

export { Form, FormControl, FormDescription, FormField, FormItem, FormLabel, FormMessage, useFormField };
