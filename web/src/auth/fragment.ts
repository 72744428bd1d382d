import { useEffect, useState } from "react";

/**
 * The secret of a link in a mail: it stands behind the `#`, which no server sees, and leaves the address bar at once.
 * `null`: not read yet.
 */
export function useFragment(): string | null {
  const [secret, setSecret] = useState<string | null>(null);
  useEffect(() => {
    const found = location.hash.slice(1);
    if (found) history.replaceState(history.state, "", location.pathname);
    // The second of two runs in development finds nothing, and must not forget what the first one found.
    setSecret((known) => known || found);
  }, []);
  return secret;
}
