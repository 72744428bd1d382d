import { Toaster as Sonner, type ToasterProps } from "sonner";

function Toaster(props: ToasterProps) {
  return (
    <Sonner
      position="bottom-right"
      mobileOffset={{ bottom: 150 }}
      toastOptions={{ classNames: { toast: "!font-sans !bg-popover !text-popover-foreground !border-border", description: "!text-muted-foreground" } }}
      {...props}
    />
  );
}

export { Toaster };
