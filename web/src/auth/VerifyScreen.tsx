"use client";

import Link from "next/link";
import { useEffect, useRef, useState } from "react";
import { auth } from "@/api/api";
import { type Problem, toProblem } from "@/api/problem";
import { Button } from "@/components/ui/button";
import { AuthFrame } from "./AuthFrame";
import { FormError } from "./FormError";
import { useFragment } from "./fragment";

export function VerifyScreen() {
  const token = useFragment();
  const [state, setState] = useState<"waiting" | "done" | Problem>("waiting");
  const asked = useRef(false);
  useEffect(() => {
    if (token === null || asked.current) return;
    asked.current = true; // it works once
    auth.verify(token).then(() => setState("done"), (error) => setState(toProblem(error)));
  }, [token]);
  return (
    <AuthFrame title="Your e-mail address" back={false}>
      {state === "waiting" && <p className="text-sm text-muted-foreground">One moment…</p>}
      {state === "done" && (
        <p className="mb-4 text-sm" role="status" data-testid="verified">
          Thank you: your address is verified.
        </p>
      )}
      {typeof state === "object" && <FormError problem={state} />}
      {state !== "waiting" && (
        <Button asChild variant="outline" className="mt-4 w-full">
          <Link href="/">Go to your projects</Link>
        </Button>
      )}
    </AuthFrame>
  );
}
