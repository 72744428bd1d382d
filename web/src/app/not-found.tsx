import { EmptyState } from "@/components/EmptyState";

export default function NotFound() {
  return (
    <main className="grid min-h-dvh place-items-center p-6">
      <EmptyState title="There is nothing at this address" text="The link may be old, or what it pointed to was deleted.">
        <a className="text-sm font-medium text-brand-ink underline-offset-4 hover:underline" href="/">
          Go to your projects
        </a>
      </EmptyState>
    </main>
  );
}
