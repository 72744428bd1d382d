"use client";

import { useRouter, useSearchParams } from "next/navigation";
import { useState } from "react";
import { Problem } from "@/api/problem";
import type { SignInAnswer } from "@/api/types";
import { Tabs, TabsContent, TabsList, TabsTrigger } from "@/components/ui/tabs";
import { AuthFrame } from "./AuthFrame";
import { CodeForm } from "./CodeForm";
import { FormError } from "./FormError";
import { MfaForm } from "./MfaForm";
import { type Mode, PasswordForm } from "./PasswordForm";
import { ProviderButtons } from "./ProviderButtons";
import { providerProblem } from "./providerProblem";

/** Where a sign-in stands: nothing shown yet, or a second factor asked for (`null`: the ticket is in a cookie). */
type Step = { name: "first" } | { name: "factor"; ticket: string | null };

export function LoginScreen() {
  const router = useRouter();
  const parameters = useSearchParams();
  const next = safeNext(parameters.get("next"));
  const [mode, setMode] = useState<Mode>(parameters.get("mode") === "sign-up" ? "sign-up" : "sign-in");
  const [way, setWay] = useState<"password" | "code">("password");
  const [step, setStep] = useState<Step>(parameters.get("step") === "mfa" ? { name: "factor", ticket: null } : { name: "first" });
  const refused = parameters.get("problem");

  const onAnswer = (answer: SignInAnswer) => ("mfa_required" in answer ? setStep({ name: "factor", ticket: answer.ticket }) : router.replace(next));

  if (step.name === "factor") {
    return (
      <AuthFrame title="One more step" back={false}>
        <MfaForm ticket={step.ticket} onDone={() => router.replace(next)} onCancel={() => setStep({ name: "first" })} />
      </AuthFrame>
    );
  }
  return (
    <AuthFrame title={mode === "sign-in" ? "Welcome back" : "Create your atelier"} text="Describe an interface and watch it come alive." back={false}>
      <Tabs value={mode} onValueChange={(value) => setMode(value as Mode)} className="gap-5">
        <TabsList className="w-full">
          <TabsTrigger value="sign-in" data-testid="tab-sign-in">Sign in</TabsTrigger>
          <TabsTrigger value="sign-up" data-testid="tab-sign-up">Sign up</TabsTrigger>
        </TabsList>
        <TabsContent value={mode} tabIndex={-1}>
          {refused && (
            <div className="mb-4">
              <FormError problem={new Problem(providerProblem(refused), 401, refused)} />
            </div>
          )}
          {mode === "sign-in" && way === "code" ? <CodeForm onAnswer={onAnswer} /> : <PasswordForm key={mode} mode={mode} onAnswer={onAnswer} />}
          <ProviderButtons next={next} org={parameters.get("org")} way={mode === "sign-up" ? "password" : way} onWay={(chosen) => { setMode("sign-in"); setWay(chosen); }} />
        </TabsContent>
      </Tabs>
    </AuthFrame>
  );
}

/** Only a path of ours: never another site. */
function safeNext(next: string | null): string {
  return next && /^\/(?![/\\])/.test(next) ? next : "/";
}
