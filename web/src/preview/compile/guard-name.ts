/** The name under which the frame offers the loop counter. */
export const GUARD = "__atelierGuard";
