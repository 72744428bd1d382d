import "@fontsource-variable/geist";
import "@fontsource-variable/geist-mono";
import "./globals.css";
import type { Metadata, Viewport } from "next";
import type { ReactNode } from "react";
import { Toaster } from "@/components/ui/sonner";

export const metadata: Metadata = { title: "Atelier", description: "Describe an interface and watch it come alive." };
export const viewport: Viewport = { width: "device-width", initialScale: 1, colorScheme: "light dark" };

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en" suppressHydrationWarning>
      <head>
        {/* Not deferred: it must run before the first paint. */}
        <script src="/theme.js" />
      </head>
      <body>
        {children}
        <Toaster />
      </body>
    </html>
  );
}
