import type { Generation } from "@/session/state";

const count = new Intl.NumberFormat("en");

/** Model, tokens and money of one answer. */
export function UsageLine({ generation: { usage, cost, model, provider } }: { generation: Generation }) {
  const facts = [
    provider === "demo" ? "demo" : model,
    usage && `${count.format(usage.prompt_tokens)} in, ${count.format(usage.completion_tokens)} out`,
    usage?.reasoning_tokens ? `${count.format(usage.reasoning_tokens)} thinking` : null,
    cost && Number(cost.amount) > 0 ? money(cost.amount, cost.currency) : null,
  ].filter(Boolean);
  if (!usage && !cost) return null;
  return (
    <p className="text-xs text-muted-foreground tabular-nums" data-testid="usage">
      {facts.join(" · ")}
    </p>
  );
}

/** Shown as sent: a decimal string never goes through a binary fraction. */
const money = (amount: string, currency: string) => (currency === "USD" ? `$${trim(amount)}` : `${trim(amount)} ${currency}`);
const trim = (amount: string) => amount.replace(/(\.\d{2}\d*?)0+$/, "$1");
