import { useState } from "react";
import { account } from "@/api/api";
import type { Security } from "@/api/types";
import { notifyProblem } from "@/components/notify";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Section } from "./Section";

export function EmailSection({ security }: { security: Security }) {
  const [sent, setSent] = useState(false);
  if (security.email_verified) return null;
  const resend = () => account.resendVerification().then(() => setSent(true), (error) => notifyProblem("The mail was not sent", error));
  return (
    <Section title="Verify your e-mail address" text="Open the link in the mail that you got, or have it sent again." testId="email-section" actions={<Badge variant="outline">Not verified</Badge>}>
      {sent ? <p className="text-sm" role="status">A new mail is on its way.</p> : <Button variant="outline" size="sm" onClick={resend} data-testid="resend">Send it again</Button>}
    </Section>
  );
}
