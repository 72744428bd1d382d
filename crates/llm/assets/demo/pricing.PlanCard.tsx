import { Check } from "lucide-react";

export type Plan = {
  name: string;
  description: string;
  monthly: number;
  features: string[];
  popular?: boolean;
};

type Props = { plan: Plan; yearly: boolean; chosen: boolean; onChoose: () => void };

export default function PlanCard({ plan, yearly, chosen, onChoose }: Props) {
  const price = yearly ? Math.round(plan.monthly * 0.8) : plan.monthly;

  return (
    <article
      className={`relative __ROUND__ border bg-white p-8 shadow-sm transition hover:-translate-y-1 hover:shadow-lg ${
        plan.popular ? "border-__ACCENT__-600 ring-1 ring-__ACCENT__-600" : "border-slate-200"
      }`}
    >
      {plan.popular && (
        <p className="absolute -top-3 left-8 rounded-full bg-__ACCENT__-700 px-3 py-1 text-xs font-semibold text-white">Most popular</p>
      )}
      <h3 className="text-lg font-semibold">{plan.name}</h3>
      <p className="mt-1 text-sm text-slate-600">{plan.description}</p>
      <p className="mt-6 flex items-baseline gap-1">
        <span className="text-5xl font-bold tracking-tight">${price}</span>
        <span className="text-slate-500">/ month</span>
      </p>
      <p className="mt-1 h-5 text-sm text-slate-500">{yearly && price > 0 ? `$${price * 12} billed once a year` : ""}</p>
      <button
        type="button"
        onClick={onChoose}
        aria-pressed={chosen}
        className={`mt-6 w-full __ROUND__ px-4 py-3 text-sm font-semibold transition focus-visible:outline-2 focus-visible:outline-offset-2 focus-visible:outline-__ACCENT__-700 ${
          plan.popular || chosen ? "bg-__ACCENT__-700 text-white hover:bg-__ACCENT__-800" : "bg-slate-100 text-slate-900 hover:bg-slate-200"
        }`}
      >
        {chosen ? "Selected" : price === 0 ? "Start for free" : `Choose ${plan.name}`}
      </button>
      <ul className="mt-8 space-y-3 text-sm">
        {plan.features.map((feature) => (
          <li key={feature} className="flex gap-3">
            <Check className="size-5 shrink-0 text-__ACCENT__-700" aria-hidden="true" />
            {feature}
          </li>
        ))}
      </ul>
    </article>
  );
}
