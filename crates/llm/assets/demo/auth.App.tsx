import { useState, type FormEvent } from "react";
import { ArrowRight, CheckCircle2, Eye, EyeOff, Lock, Mail, User } from "lucide-react";

type Mode = "sign-in" | "sign-up";

const initialMode: Mode = "__MODE__";

export default function App() {
  const [mode, setMode] = useState<Mode>(initialMode);
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [visible, setVisible] = useState(false);
  const [tried, setTried] = useState(false);
  const [done, setDone] = useState(false);

  const signUp = mode === "sign-up";
  const problems = {
    name: signUp && name.trim() === "" ? "Please tell us your name" : "",
    email: /^\S+@\S+\.\S+$/.test(email) ? "" : "That does not look like an e-mail address",
    password: password.length >= 8 ? "" : "At least 8 characters, please",
  };
  const strength = [password.length >= 8, /[A-Z]/.test(password), /\d/.test(password), /[^\w]/.test(password)].filter(Boolean).length;

  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (!problems.name && !problems.email && !problems.password) setDone(true);
  }

  function switchTo(next: Mode) {
    setMode(next);
    setTried(false);
    setDone(false);
  }

  return (
    <main className="grid min-h-screen bg-slate-50 text-slate-900 lg:grid-cols-2">
      <section className="hidden flex-col justify-between bg-gradient-to-br from-__ACCENT__-700 to-__ACCENT__-950 p-12 text-white lg:flex">
        <p className="text-xl font-semibold">__BRAND__</p>
        <div>
          <p className="max-w-md text-4xl font-bold leading-tight">__HEADLINE__</p>
          <p className="mt-4 max-w-md text-white/80">__SUBLINE__</p>
        </div>
        <p className="text-sm text-white/70">Trusted by 12,000 people in 40 countries</p>
      </section>

      <section className="flex items-center justify-center p-6">
        <div className="w-full max-w-md __ROUND__ border border-slate-200 bg-white p-8 shadow-sm">
          <h1 className="text-2xl font-bold tracking-tight">{signUp ? "Create your account" : "Welcome back"}</h1>
          <p className="mt-1 text-slate-600">{signUp ? "It takes less than a minute." : "Sign in to continue to __BRAND__."}</p>

          {done ? (
            <div role="status" className="mt-8 flex flex-col items-center gap-3 py-8 text-center">
              <CheckCircle2 className="size-12 text-__ACCENT__-700" aria-hidden="true" />
              <p className="text-lg font-semibold">{signUp ? `Nice to meet you, ${name.trim()}!` : "You are signed in"}</p>
              <button type="button" onClick={() => switchTo("sign-in")} className="text-sm font-medium text-__ACCENT__-700 hover:underline">
                Back to sign in
              </button>
            </div>
          ) : (
            <form onSubmit={submit} noValidate className="mt-8 space-y-5">
              {signUp && (
                <Field label="Name" icon={<User className="size-4" />} problem={tried ? problems.name : ""}>
                  <input id="Name" value={name} onChange={(e) => setName(e.target.value)} autoComplete="name" className={inputClass} />
                </Field>
              )}
              <Field label="E-mail" icon={<Mail className="size-4" />} problem={tried ? problems.email : ""}>
                <input id="E-mail" type="email" value={email} onChange={(e) => setEmail(e.target.value)} autoComplete="email" placeholder="you@example.com" className={inputClass} />
              </Field>
              <Field label="Password" icon={<Lock className="size-4" />} problem={tried ? problems.password : ""}>
                <input id="Password" type={visible ? "text" : "password"} value={password} onChange={(e) => setPassword(e.target.value)} autoComplete={signUp ? "new-password" : "current-password"} className={inputClass} />
                <button type="button" onClick={() => setVisible(!visible)} aria-label={visible ? "Hide password" : "Show password"} className="absolute inset-y-0 right-0 px-3 text-slate-500 hover:text-slate-900">
                  {visible ? <EyeOff className="size-4" /> : <Eye className="size-4" />}
                </button>
              </Field>

              {signUp && (
                <div className="flex gap-1" role="img" aria-label={`Password strength ${strength} of 4`}>
                  {[1, 2, 3, 4].map((step) => (
                    <span key={step} className={`h-1.5 flex-1 rounded-full ${strength >= step ? "bg-__ACCENT__-600" : "bg-slate-200"}`} />
                  ))}
                </div>
              )}

              <button type="submit" className="flex w-full items-center justify-center gap-2 __ROUND__ bg-__ACCENT__-700 px-4 py-3 text-sm font-semibold text-white transition hover:bg-__ACCENT__-800 focus-visible:outline-2 focus-visible:outline-offset-2 focus-visible:outline-__ACCENT__-700">
                {signUp ? "Create account" : "Sign in"}
                <ArrowRight className="size-4" aria-hidden="true" />
              </button>
            </form>
          )}

          <p className="mt-6 text-center text-sm text-slate-600">
            {signUp ? "Already have an account? " : "New here? "}
            <button type="button" onClick={() => switchTo(signUp ? "sign-in" : "sign-up")} className="font-semibold text-__ACCENT__-700 hover:underline">
              {signUp ? "Sign in" : "Create an account"}
            </button>
          </p>
        </div>
      </section>
    </main>
  );
}

const inputClass =
  "w-full __ROUND__ border border-slate-300 bg-white py-2.5 pl-10 pr-10 text-sm outline-none transition focus:border-__ACCENT__-600 focus:ring-2 focus:ring-__ACCENT__-200";

type FieldProps = { label: string; icon: React.ReactNode; problem: string; children: React.ReactNode };

function Field({ label, icon, problem, children }: FieldProps) {
  return (
    <div>
      <label htmlFor={label} className="text-sm font-medium">
        {label}
      </label>
      <div className="relative mt-1.5">
        <span className="pointer-events-none absolute inset-y-0 left-3 z-10 flex items-center text-slate-400">{icon}</span>
        {children}
      </div>
      {problem && (
        <p role="alert" className="mt-1.5 text-sm text-red-600">
          {problem}
        </p>
      )}
    </div>
  );
}
