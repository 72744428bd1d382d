import { VerifyScreen } from "@/auth/VerifyScreen";

export default function Page() {
  return <VerifyScreen />;
}
