import { Suspense } from "react";
import { LoginScreen } from "@/auth/LoginScreen";

export default function Page() {
  return (
    <Suspense>
      <LoginScreen />
    </Suspense>
  );
}
