/** What `redirect` and `notFound` throw: not a mistake, but another way to go on. The frame's boundary takes it. */

export type Detour = Error & { digest: string; take?: () => void };

/** `take` goes there; without one there is nothing to see. Not while rendering, when no other component may change. */
export function detour(digest: string, take?: () => void): Detour {
  return Object.assign(new Error(digest), { digest, take });
}

export function isDetour(error: unknown): error is Detour {
  return error instanceof Error && /^NEXT_(REDIRECT|HTTP_ERROR_FALLBACK);/.test(String((error as Partial<Detour>).digest));
}
