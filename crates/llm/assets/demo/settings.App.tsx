import { useState, type FormEvent } from "react";
import { Bell, Camera, Palette, ShieldCheck, User } from "lucide-react";
import Toggle from "@/components/Toggle";

const tabs = [
  { id: "profile", label: "Profile", icon: User },
  { id: "notifications", label: "Notifications", icon: Bell },
  { id: "security", label: "Security", icon: ShieldCheck },
  { id: "appearance", label: "Appearance", icon: Palette },
] as const;

type Tab = (typeof tabs)[number]["id"];

export default function App() {
  const [tab, setTab] = useState<Tab>("profile");
  const [name, setName] = useState("__PERSON__");
  const [bio, setBio] = useState("__BIO__");
  const [saved, setSaved] = useState(true);
  const [options, setOptions] = useState<Record<string, boolean>>({ product: true, weekly: false, mentions: true, twoFactor: false, alerts: true, compact: false, motion: true });

  const initials = name.split(" ").map((part) => part[0] ?? "").join("").slice(0, 2).toUpperCase();

  function save(event: FormEvent) {
    event.preventDefault();
    setSaved(true);
  }

  function option(key: string, label: string, hint: string) {
    const change = () => {
      setOptions({ ...options, [key]: !options[key] });
      setSaved(false);
    };
    return <Toggle key={key} label={label} hint={hint} on={options[key] ?? false} onChange={change} />;
  }

  return (
    <main className="min-h-screen bg-slate-50 px-4 py-10 text-slate-900 sm:px-8">
      <form onSubmit={save} className="mx-auto max-w-5xl">
        <h1 className="text-3xl font-bold tracking-tight">__HEADLINE__</h1>
        <p className="mt-1 text-slate-600">__SUBLINE__</p>

        <div className="mt-8 grid gap-8 md:grid-cols-[13rem_1fr]">
          <nav className="flex gap-1 overflow-x-auto md:flex-col" aria-label="Settings">
            {tabs.map(({ id, label, icon: Icon }) => (
              <button key={id} type="button" aria-current={tab === id ? "page" : undefined} onClick={() => setTab(id)} className={`flex items-center gap-3 whitespace-nowrap __ROUND__ px-3 py-2.5 text-sm font-medium transition ${tab === id ? "bg-__ACCENT__-100 text-__ACCENT__-800" : "text-slate-600 hover:bg-slate-100"}`}>
                <Icon className="size-4" aria-hidden="true" />
                {label}
              </button>
            ))}
          </nav>

          <section className="__ROUND__ border border-slate-200 bg-white">
            <div className="p-6 sm:p-8">
              {tab === "profile" && (
                <div className="space-y-6">
                  <div className="flex items-center gap-5">
                    <span className="flex size-20 items-center justify-center rounded-full bg-gradient-to-br from-__ACCENT__-600 to-__ACCENT__-900 text-2xl font-bold text-white" aria-hidden="true">{initials}</span>
                    <button type="button" className="flex items-center gap-2 __ROUND__ border border-slate-300 px-4 py-2 text-sm font-medium hover:bg-slate-50">
                      <Camera className="size-4" aria-hidden="true" />
                      Change photo
                    </button>
                  </div>
                  <div>
                    <label htmlFor="name" className="text-sm font-medium">Full name</label>
                    <input id="name" value={name} onChange={(e) => { setName(e.target.value); setSaved(false); }} className="mt-1.5 w-full __ROUND__ border border-slate-300 bg-white px-4 py-2.5 outline-none focus:border-__ACCENT__-600 focus:ring-2 focus:ring-__ACCENT__-200" />
                  </div>
                  <div>
                    <label htmlFor="bio" className="text-sm font-medium">About you</label>
                    <textarea id="bio" rows={4} maxLength={160} value={bio} onChange={(e) => { setBio(e.target.value); setSaved(false); }} className="mt-1.5 w-full __ROUND__ border border-slate-300 bg-white px-4 py-2.5 outline-none focus:border-__ACCENT__-600 focus:ring-2 focus:ring-__ACCENT__-200" />
                    <p className="text-right text-xs text-slate-500">{160 - bio.length} characters left</p>
                  </div>
                </div>
              )}
              {tab === "notifications" && (
                <div className="divide-y divide-slate-100">
                  {option("product", "Product news", "What is new, about once a month.")}
                  {option("weekly", "Weekly summary", "Every Monday morning, your week in numbers.")}
                  {option("mentions", "Mentions", "When somebody writes your name.")}
                </div>
              )}
              {tab === "security" && (
                <div className="divide-y divide-slate-100">
                  {option("twoFactor", "Two-step sign-in", "Ask for a code from your phone as well.")}
                  {option("alerts", "Sign-in alerts", "An e-mail whenever a new device signs in.")}
                </div>
              )}
              {tab === "appearance" && (
                <div className="divide-y divide-slate-100">
                  {option("compact", "Compact layout", "More on the screen, less space between.")}
                  {option("motion", "Animations", "Small movements that show what changed.")}
                </div>
              )}
            </div>
            <div className="flex items-center justify-end gap-4 border-t border-slate-200 px-6 py-4 sm:px-8">
              <p role="status" className="text-sm text-slate-600">{saved ? "Everything is saved" : "You have unsaved changes"}</p>
              <button type="submit" disabled={saved} className="__ROUND__ bg-__ACCENT__-700 px-5 py-2.5 text-sm font-semibold text-white transition hover:bg-__ACCENT__-800 disabled:cursor-not-allowed disabled:opacity-50">Save changes</button>
            </div>
          </section>
        </div>
      </form>
    </main>
  );
}
