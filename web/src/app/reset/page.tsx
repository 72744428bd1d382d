import { ResetScreen } from "@/auth/ResetScreen";

export default function Page() {
  return <ResetScreen />;
}
