import { useState } from "react";
import { Sparkles } from "lucide-react";
import PlanCard, { type Plan } from "@/components/PlanCard";

const plans: Plan[] = [
  {
    name: "__PLAN1__",
    description: "For trying things out on your own.",
    monthly: 0,
    features: ["1 project", "Community support", "500 MB of storage"],
  },
  {
    name: "__PLAN2__",
    description: "For people who do this every day.",
    monthly: __PRICE__,
    features: ["Unlimited projects", "Priority e-mail support", "50 GB of storage", "Custom domains", "Advanced analytics"],
    popular: true,
  },
  {
    name: "__PLAN3__",
    description: "For teams that need control.",
    monthly: __PRICE2__,
    features: ["Everything in __PLAN2__", "Unlimited members", "1 TB of storage", "Single sign-on", "99.9 % uptime promise"],
  },
];

const questions = [
  { q: "Can I change my plan later?", a: "Yes, at any time. We only charge or credit the difference." },
  { q: "Is there a free trial?", a: "Every paid plan starts with 14 days for free. No card needed." },
  { q: "What happens when I cancel?", a: "You keep access until the end of the period, and can export all of your data." },
];

export default function App() {
  const [yearly, setYearly] = useState(__YEARLY__);
  const [chosen, setChosen] = useState<string | null>(null);

  return (
    <main className="min-h-screen bg-slate-50 px-6 py-16 text-slate-900">
      <header className="mx-auto max-w-3xl text-center">
        <p className="inline-flex items-center gap-2 rounded-full bg-__ACCENT__-100 px-3 py-1 text-sm font-medium text-__ACCENT__-800">
          <Sparkles className="size-4" aria-hidden="true" />
          __BRAND__
        </p>
        <h1 className="mt-5 text-4xl font-bold tracking-tight sm:text-5xl">__HEADLINE__</h1>
        <p className="mt-4 text-lg text-slate-600">__SUBLINE__</p>
      </header>

      <div className="mt-10 flex items-center justify-center gap-3 text-sm font-medium">
        <span className={yearly ? "text-slate-500" : "text-slate-900"}>Monthly</span>
        <button
          type="button"
          role="switch"
          aria-checked={yearly}
          aria-label="Pay yearly"
          onClick={() => setYearly(!yearly)}
          className={`relative h-7 w-12 rounded-full transition ${yearly ? "bg-__ACCENT__-700" : "bg-slate-300"}`}
        >
          <span className={`absolute top-1 size-5 rounded-full bg-white/95 shadow transition-all ${yearly ? "left-6" : "left-1"}`} />
        </button>
        <span className={yearly ? "text-slate-900" : "text-slate-500"}>
          Yearly <span className="text-__ACCENT__-700">save 20 %</span>
        </span>
      </div>

      <section className="mx-auto mt-12 grid max-w-6xl items-start gap-6 lg:grid-cols-3" aria-label="Plans">
        {plans.map((plan) => (
          <PlanCard
            key={plan.name}
            plan={plan}
            yearly={yearly}
            chosen={chosen === plan.name}
            onChoose={() => setChosen(plan.name)}
          />
        ))}
      </section>

      <p className="mt-8 min-h-6 text-center text-sm text-slate-600" role="status">
        {chosen ? `You picked ${chosen}. You can still change your mind.` : ""}
      </p>

      <section className="mx-auto mt-16 max-w-2xl">
        <h2 className="text-center text-2xl font-semibold">Questions, answered</h2>
        <div className="mt-6 divide-y divide-slate-200 __ROUND__ border border-slate-200 bg-white">
          {questions.map(({ q, a }) => (
            <details key={q} className="group p-5">
              <summary className="cursor-pointer font-medium marker:text-__ACCENT__-700">{q}</summary>
              <p className="mt-3 text-slate-600">{a}</p>
            </details>
          ))}
        </div>
      </section>
    </main>
  );
}
