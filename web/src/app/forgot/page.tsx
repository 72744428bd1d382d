import { ForgotScreen } from "@/auth/ForgotScreen";

export default function Page() {
  return <ForgotScreen />;
}
