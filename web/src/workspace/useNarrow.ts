import { useSyncExternalStore } from "react";

const query = "(max-width: 899px)";

const subscribe = (onChange: () => void) => {
  const media = matchMedia(query);
  media.addEventListener("change", onChange);
  return () => media.removeEventListener("change", onChange);
};

/** Whether chat and workbench do not fit beside each other. */
export const useNarrow = () => useSyncExternalStore(subscribe, () => matchMedia(query).matches, () => false);
