import { BarChart3, Clock, Globe, Lock, Users, Zap } from "lucide-react";

const features = [
  { icon: Zap, title: "Fast from the first click", text: "Everything answers before you notice that you asked." },
  { icon: Lock, title: "Private by default", text: "Your data stays yours, encrypted on the way and at rest." },
  { icon: Users, title: "Made for teams", text: "Share with one link and see who changed what, and when." },
  { icon: BarChart3, title: "Numbers that help", text: "Three clear charts instead of thirty confusing ones." },
  { icon: Globe, title: "Works anywhere", text: "On the phone in the train as well as on the big screen." },
  { icon: Clock, title: "Saves you hours", text: "Let the routine run by itself and do what only you can do." },
];

export default function Features() {
  return (
    <section id="features" className="bg-slate-100 py-20">
      <div className="mx-auto max-w-6xl px-6">
        <h2 className="text-3xl font-bold tracking-tight">Why people stay</h2>
        <div className="mt-10 grid gap-6 sm:grid-cols-2 lg:grid-cols-3">
          {features.map(({ icon: Icon, title, text }) => (
            <article key={title} className="__ROUND__ border border-slate-200 bg-white p-6 transition hover:-translate-y-1 hover:shadow-lg">
              <span className="inline-flex __ROUND__ bg-__ACCENT__-100 p-3 text-__ACCENT__-800">
                <Icon className="size-5" aria-hidden="true" />
              </span>
              <h3 className="mt-4 font-semibold">{title}</h3>
              <p className="mt-1 text-slate-600">{text}</p>
            </article>
          ))}
        </div>
      </div>
    </section>
  );
}
