"use client";

import { KeyRound, Mail } from "lucide-react";
import { useEffect, useState } from "react";
import { auth } from "@/api/api";
import type { Provider } from "@/api/types";
import { Button } from "@/components/ui/button";

type Props = { next: string; org?: string | null; way: "password" | "code"; onWay: (way: "password" | "code") => void };

/** The other ways in: whoever this installation trusts, and a code by mail. */
export function ProviderButtons({ next, org, way, onWay }: Props) {
  const [providers, setProviders] = useState<Provider[]>([]);
  // Without the list the password is still a way in.
  useEffect(() => void auth.providers(org).then(setProviders, () => {}), [org]);
  const other = way === "password" ? "code" : "password";
  return (
    <div className="mt-5 grid gap-2 border-t pt-5">
      {providers
        .filter((one) => one.kind === "redirect")
        .map((one) => (
          <Button key={one.id} variant="outline" asChild>
            <a href={auth.loginUrl(one.id, next)} data-testid={`provider-${one.id}`}>
              Continue with {one.name}
            </a>
          </Button>
        ))}
      <Button variant="outline" onClick={() => onWay(other)} data-testid={`way-${other}`}>
        {other === "code" ? <Mail /> : <KeyRound />} {other === "code" ? "Get a code by mail" : "Use a password"}
      </Button>
    </div>
  );
}
