/** `next/navigation` for a page in memory. There is one page: no folders, so no parameters that their names would give. */
import { useMemo, useSyncExternalStore } from "react";
import { detour } from "./detour";
import { here, placeOf, push, replace, step, watch } from "./place";

const go = (how: typeof push) => (address: string) => {
  const place = placeOf(address);
  if (place) how(place);
};
const nothing = () => {};
const router = { push: go(push), replace: go(replace), back: () => step(-1), forward: () => step(1), refresh: nothing, prefetch: nothing };
const noParameters: Readonly<Record<string, string | string[]>> = Object.freeze({});

const usePlace = <T>(read: () => T): T => useSyncExternalStore(watch, read, read);

export const useRouter = () => router;
export const usePathname = () => usePlace(() => here().pathname);
export const useParams = () => noParameters;
export const useSelectedLayoutSegments = () => usePathname().split("/").filter(Boolean);
export const useSelectedLayoutSegment = () => useSelectedLayoutSegments()[0] ?? null;
export const useServerInsertedHTML = nothing;

export class ReadonlyURLSearchParams extends URLSearchParams {
  override append(): never {
    return refuse();
  }
  override delete(): never {
    return refuse();
  }
  override set(): never {
    return refuse();
  }
  override sort(): never {
    return refuse();
  }
}

export function useSearchParams(): ReadonlyURLSearchParams {
  const search = usePlace(() => here().search);
  return useMemo(() => new ReadonlyURLSearchParams(search), [search]);
}

export const RedirectType = { push: "push", replace: "replace" } as const;
type How = keyof typeof RedirectType;

export function redirect(address: string, how: How = "replace"): never {
  throw detour(`NEXT_REDIRECT;${how};${address};307;`, () => router[how](address));
}

export function permanentRedirect(address: string, how: How = "replace"): never {
  throw detour(`NEXT_REDIRECT;${how};${address};308;`, () => router[how](address));
}

export function notFound(): never {
  throw detour("NEXT_HTTP_ERROR_FALLBACK;404");
}

function refuse(): never {
  throw new Error("Search parameters are read only. Give the router another address.");
}
