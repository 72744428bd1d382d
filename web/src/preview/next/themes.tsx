/** `next-themes` as it is, but for the script that it writes for a server's page: React says that it will never run. */
import { ThemeProvider as Provider, type ThemeProviderProps } from "next-themes";

export * from "next-themes";

export function ThemeProvider(props: ThemeProviderProps) {
  return <Provider {...props} scriptProps={{ type: "application/json", ...props.scriptProps }} />;
}
