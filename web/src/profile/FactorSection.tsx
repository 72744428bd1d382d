import { useState } from "react";
import { account } from "@/api/api";
import { toProblem } from "@/api/problem";
import type { Enrolment, Security } from "@/api/types";
import { notifyProblem } from "@/components/notify";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { EnrolForm } from "./EnrolForm";
import { ProveAgain } from "./ProveAgain";
import { RecoveryCodes } from "./RecoveryCodes";
import { RemoveFactor } from "./RemoveFactor";
import { Section } from "./Section";

type Props = { security: Security; onChange: () => void };

/** The second factor: not there, being set up, just confirmed, or in use. */
export function FactorSection({ security, onChange }: Props) {
  const [enrolment, setEnrolment] = useState<Enrolment | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const [asked, setAsked] = useState(false);
  const refused = (error: unknown) => (toProblem(error).code === "prove_again" ? setAsked(true) : notifyProblem("It cannot be set up", error));
  const begin = () => account.enroll().then(setEnrolment, refused);
  const enrolled = (enrolment: Enrolment) => {
    setAsked(false);
    setEnrolment(enrolment);
  };
  const confirmed = (codes: string[]) => {
    setCodes(codes);
    setEnrolment(null);
    onChange();
  };
  return (
    <Section
      title="Two-step sign-in"
      text="Besides what you sign in with, a code from an authenticator app on your phone."
      testId="factor-section"
      actions={<Badge variant={security.totp ? "default" : "outline"} data-testid="factor-state">{security.totp ? "On" : "Off"}</Badge>}
    >
      {codes && <RecoveryCodes codes={codes} onDone={() => setCodes(null)} />}
      {!codes && security.totp && <RemoveFactor left={security.recovery_codes_left} onRemoved={onChange} />}
      {!codes && !security.totp && enrolment && <EnrolForm enrolment={enrolment} onConfirmed={confirmed} onCancel={() => setEnrolment(null)} />}
      {!codes && !security.totp && !enrolment && asked && <ProveAgain hasPassword={security.password} onEnrolled={enrolled} onCancel={() => setAsked(false)} />}
      {!codes && !security.totp && !enrolment && !asked && (
        <Button variant="outline" size="sm" onClick={begin} data-testid="enroll">
          Set it up
        </Button>
      )}
    </Section>
  );
}
