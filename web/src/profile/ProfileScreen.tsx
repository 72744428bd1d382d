"use client";

import { account } from "@/api/api";
import { AppShell } from "@/components/AppShell";
import { ErrorState } from "@/components/ErrorState";
import { useMe } from "@/components/me";
import { Skeleton } from "@/components/ui/skeleton";
import { DeviceSection } from "./DeviceSection";
import { EmailSection } from "./EmailSection";
import { FactorSection } from "./FactorSection";
import { IdentitySection } from "./IdentitySection";
import { PasswordSection } from "./PasswordSection";
import { useLoaded } from "./useLoaded";

export function ProfileScreen() {
  const user = useMe((store) => store.user);
  const { value: security, problem, load } = useLoaded(account.security);
  return (
    <AppShell className="bg-canvas">
      <main className="mx-auto w-full max-w-2xl flex-1 px-4 py-8">
        <h1 className="text-2xl font-semibold tracking-tight">{user?.name || "Your profile"}</h1>
        <p className="mb-6 text-sm text-muted-foreground">{user?.email}</p>
        {problem ? (
          <ErrorState problem={problem} onRetry={load} />
        ) : !security ? (
          <div className="grid gap-4">
            <Skeleton className="h-32 rounded-2xl" />
            <Skeleton className="h-32 rounded-2xl" />
          </div>
        ) : (
          <div className="grid gap-4">
            <EmailSection security={security} />
            <PasswordSection security={security} />
            <FactorSection security={security} onChange={load} />
            <IdentitySection security={security} onChange={load} />
            <DeviceSection />
          </div>
        )}
      </main>
    </AppShell>
  );
}
