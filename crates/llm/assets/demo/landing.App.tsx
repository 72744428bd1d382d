import { useState, type FormEvent } from "react";
import { ArrowRight, Check, Star } from "lucide-react";
import Features from "@/components/Features";

const quotes = [
  { text: "It took us ten minutes to start and one week to forget how we worked before.", name: "Mira Tan", role: "Head of Operations" },
  { text: "The first tool in years that my whole team asked to keep.", name: "Jonas Berg", role: "Founder" },
];

export default function App() {
  const [email, setEmail] = useState("");
  const [joined, setJoined] = useState(false);

  function join(event: FormEvent) {
    event.preventDefault();
    if (/^\S+@\S+\.\S+$/.test(email)) setJoined(true);
  }

  return (
    <main className="min-h-screen bg-slate-50 text-slate-900">
      <nav className="mx-auto flex max-w-6xl items-center justify-between px-6 py-5" aria-label="Main">
        <a href="#top" className="flex items-center gap-2 text-lg font-bold">
          <span className="size-7 __ROUND__ bg-gradient-to-br from-__ACCENT__-500 to-__ACCENT__-800" aria-hidden="true" />
          __BRAND__
        </a>
        <div className="hidden gap-8 text-sm font-medium text-slate-600 md:flex">
          <a href="#features" className="hover:text-slate-900">Features</a>
          <a href="#voices" className="hover:text-slate-900">Customers</a>
          <a href="#join" className="hover:text-slate-900">Get started</a>
        </div>
        <a href="#join" className="__ROUND__ bg-slate-900 px-4 py-2 text-sm font-semibold text-slate-50 hover:bg-slate-700">Try it</a>
      </nav>

      <section id="top" className="relative overflow-hidden">
        <div className="absolute -top-40 left-1/2 -z-0 size-[40rem] -translate-x-1/2 rounded-full bg-__ACCENT__-200 opacity-50 blur-3xl" aria-hidden="true" />
        <div className="relative mx-auto max-w-6xl px-6 py-24 __ALIGN__">
          <p className="inline-block rounded-full border border-__ACCENT__-300 px-4 py-1 text-sm font-medium text-__ACCENT__-800">__BADGE__</p>
          <h1 className="mt-6 text-5xl font-extrabold tracking-tight sm:text-6xl lg:text-7xl">__HEADLINE__</h1>
          <p className="mt-6 max-w-2xl text-lg text-slate-600 __CENTER__">__SUBLINE__</p>
          <div className="mt-10 flex flex-wrap items-center gap-4 __JUSTIFY__">
            <a href="#join" className="inline-flex items-center gap-2 __ROUND__ bg-__ACCENT__-700 px-6 py-3.5 font-semibold text-white shadow-lg transition hover:bg-__ACCENT__-800">
              Start for free
              <ArrowRight className="size-4" aria-hidden="true" />
            </a>
            <a href="#features" className="__ROUND__ border border-slate-300 px-6 py-3.5 font-semibold transition hover:border-slate-500">See how it works</a>
          </div>
          <p className="mt-8 flex items-center gap-2 text-sm text-slate-600 __JUSTIFY__">
            <span className="flex text-amber-500" aria-hidden="true">
              {[1, 2, 3, 4, 5].map((n) => <Star key={n} className="size-4 fill-current" />)}
            </span>
            4.9 from 2,300 reviews
          </p>
        </div>
      </section>

      <Features />

      <section id="voices" className="mx-auto grid max-w-6xl gap-6 px-6 py-20 md:grid-cols-2">
        {quotes.map((quote) => (
          <figure key={quote.name} className="__ROUND__ border border-slate-200 p-8">
            <blockquote className="text-lg font-medium">“{quote.text}”</blockquote>
            <figcaption className="mt-4 text-sm text-slate-600">
              <span className="font-semibold text-slate-900">{quote.name}</span>, {quote.role}
            </figcaption>
          </figure>
        ))}
      </section>

      <section id="join" className="bg-gradient-to-br from-__ACCENT__-700 to-__ACCENT__-950 px-6 py-20 text-center text-white">
        <h2 className="text-3xl font-bold sm:text-4xl">Ready when you are</h2>
        <p className="mt-3 text-white/80">No card, no call, no catch.</p>
        {joined ? (
          <p role="status" className="mt-8 inline-flex items-center gap-2 text-lg font-semibold">
            <Check className="size-5" aria-hidden="true" />
            You are on the list: {email}
          </p>
        ) : (
          <form onSubmit={join} className="mx-auto mt-8 flex max-w-md flex-col gap-3 sm:flex-row">
            <label htmlFor="email" className="sr-only">E-mail</label>
            <input id="email" type="email" required value={email} onChange={(e) => setEmail(e.target.value)} placeholder="you@example.com" className="flex-1 __ROUND__ border border-white/30 bg-white/10 px-4 py-3 text-white outline-none placeholder:text-white/60 focus:border-white" />
            <button type="submit" className="__ROUND__ bg-white/95 px-6 py-3 font-semibold text-__ACCENT__-900 transition hover:bg-slate-100">Join</button>
          </form>
        )}
      </section>
    </main>
  );
}
