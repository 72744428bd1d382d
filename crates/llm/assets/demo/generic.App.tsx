import { useState } from "react";
import { ArrowRight, Check, Heart, Sparkles, Star } from "lucide-react";

const subject = "__SUBJECT__";

const highlights = [
  { icon: Sparkles, title: "__POINT1__", text: "Clear at first sight, with room to grow when you need more." },
  { icon: Heart, title: "__POINT2__", text: "Small details that feel right, on every screen." },
  { icon: Star, title: "__POINT3__", text: "Works with the keyboard, with a mouse and with a thumb." },
];

const steps = ["Look around", "Make it yours", "Share it"];

export default function App() {
  const [likes, setLikes] = useState(__LIKES__);
  const [step, setStep] = useState(0);
  const finished = step >= steps.length;

  return (
    <main className="min-h-screen bg-slate-50 px-6 py-16 text-slate-900">
      <header className="mx-auto max-w-4xl __ALIGN__">
        <p className="inline-flex items-center gap-2 rounded-full bg-__ACCENT__-100 px-3 py-1 text-sm font-medium text-__ACCENT__-800">
          <Sparkles className="size-4" aria-hidden="true" />
          __BRAND__
        </p>
        <h1 className="mt-5 text-4xl font-extrabold tracking-tight sm:text-6xl">__HEADLINE__</h1>
        <p className="mt-5 text-lg text-slate-600">__SUBLINE__</p>
        <div className="mt-8 flex flex-wrap gap-3 __JUSTIFY__">
          <button type="button" onClick={() => setStep(Math.min(step + 1, steps.length))} disabled={finished} className="flex items-center gap-2 __ROUND__ bg-__ACCENT__-700 px-6 py-3 font-semibold text-white shadow-lg transition hover:bg-__ACCENT__-800 disabled:opacity-60">
            {finished ? "All done" : step === 0 ? "Get started" : "Next step"}
            <ArrowRight className="size-4" aria-hidden="true" />
          </button>
          <button type="button" onClick={() => setLikes(likes + 1)} className="flex items-center gap-2 __ROUND__ border border-slate-300 bg-white px-6 py-3 font-semibold transition hover:border-slate-500">
            <Heart className="size-4 text-rose-600" aria-hidden="true" />
            {likes.toLocaleString("en-US")}
          </button>
        </div>
      </header>

      <section className="mx-auto mt-16 grid max-w-4xl gap-6 sm:grid-cols-3" aria-label={`About ${subject}`}>
        {highlights.map(({ icon: Icon, title, text }) => (
          <article key={title} className="__ROUND__ border border-slate-200 bg-white p-6 transition hover:-translate-y-1 hover:shadow-lg">
            <span className="inline-flex __ROUND__ bg-__ACCENT__-100 p-3 text-__ACCENT__-800">
              <Icon className="size-5" aria-hidden="true" />
            </span>
            <h2 className="mt-4 font-semibold">{title}</h2>
            <p className="mt-1 text-sm text-slate-600">{text}</p>
          </article>
        ))}
      </section>

      <ol className="mx-auto mt-12 flex max-w-4xl flex-col gap-3 sm:flex-row" aria-label="Steps">
        {steps.map((name, index) => (
          <li key={name} className={`flex flex-1 items-center gap-3 __ROUND__ border p-4 transition ${index < step ? "border-__ACCENT__-600 bg-__ACCENT__-100" : "border-slate-200 bg-white"}`}>
            <span className={`flex size-8 items-center justify-center rounded-full text-sm font-bold ${index < step ? "bg-__ACCENT__-700 text-white" : "bg-slate-200 text-slate-700"}`}>
              {index < step ? <Check className="size-4" aria-hidden="true" /> : index + 1}
            </span>
            <span className="font-medium">{name}</span>
          </li>
        ))}
      </ol>
    </main>
  );
}
