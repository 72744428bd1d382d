const words: Record<string, string> = {
  provider_refused: "The sign-in took too long or was begun in another browser. Please try again.",
  provider_away: "The provider cannot be reached now. Please try again.",
  email_not_verified: "The provider does not say that your e-mail address is verified.",
  link_first: "There is an account with this address. Sign in to it, and link the provider in your profile.",
  no_account: "There is no account for you here. Please ask an administrator.",
  not_invited: "This organisation lets you in by an invite only. Ask somebody there for one.",
  has_account: "There is an account with this address already. Sign in to it, and follow your invite there.",
  linked_to_other: "This account at the provider belongs to somebody else here.",
};

/** Why a provider's way back led to the sign-in page. */
export const providerProblem = (code: string) => words[code] ?? "Signing in did not work. Please try again.";
