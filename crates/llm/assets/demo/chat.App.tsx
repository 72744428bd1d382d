import { useEffect, useRef, useState, type FormEvent } from "react";
import { Phone, Search, Send } from "lucide-react";
import Bubble, { type Message } from "@/components/Bubble";

const people = [
  { name: "__FRIEND1__", status: "online", last: "See you at eight!" },
  { name: "__FRIEND2__", status: "online", last: "The photos are great" },
  { name: "Design team", status: "5 members", last: "Noor: new icons are up" },
  { name: "Grandma", status: "last seen today", last: "Call me, dear" },
];

const first: Message[] = [
  { id: 1, mine: false, text: "Hey! Are we still on for tonight?", at: "18:02" },
  { id: 2, mine: true, text: "Of course. I booked a table by the window.", at: "18:04" },
  { id: 3, mine: false, text: "Perfect. Shall I bring anything?", at: "18:05" },
];

const answers = ["Sounds good!", "Ha, I was thinking the same.", "Let me check and tell you in a minute.", "Really? Tell me more!", "I'll be there."];

export default function App() {
  const [active, setActive] = useState(0);
  const [messages, setMessages] = useState<Record<number, Message[]>>({ 0: first });
  const [text, setText] = useState("");
  const [typing, setTyping] = useState(false);
  const end = useRef<HTMLDivElement>(null);

  const shown = messages[active] ?? [];
  const person = people[active]!;

  useEffect(() => end.current?.scrollIntoView({ block: "nearest" }), [shown.length, typing]);

  function say(mine: boolean, words: string) {
    const at = new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
    setMessages((all) => ({ ...all, [active]: [...(all[active] ?? []), { id: Date.now() + Math.random(), mine, text: words, at }] }));
  }

  function send(event: FormEvent) {
    event.preventDefault();
    if (text.trim() === "") return;
    say(true, text.trim());
    setText("");
    setTyping(true);
    setTimeout(() => {
      setTyping(false);
      say(false, answers[text.length % answers.length]!);
    }, 1200);
  }

  return (
    <main className="min-h-screen bg-slate-100 text-slate-900">
      <div className="flex h-screen">
        <aside className="hidden w-72 flex-col border-r border-slate-200 bg-white sm:flex">
          <h1 className="px-5 pt-6 text-xl font-bold">__HEADLINE__</h1>
          <label className="m-4 flex items-center gap-2 __ROUND__ bg-slate-100 px-3 py-2 text-sm text-slate-500">
            <Search className="size-4" aria-hidden="true" />
            <input aria-label="Search" placeholder="Search" className="w-full bg-transparent outline-none" />
          </label>
          <ul className="flex-1 overflow-y-auto">
            {people.map((other, index) => (
              <li key={other.name}>
                <button type="button" aria-current={active === index} onClick={() => setActive(index)} className={`flex w-full items-center gap-3 px-5 py-3 text-left transition ${active === index ? "bg-__ACCENT__-100" : "hover:bg-slate-50"}`}>
                  <span className="flex size-11 items-center justify-center rounded-full bg-__ACCENT__-700 font-semibold text-white" aria-hidden="true">{other.name[0]}</span>
                  <span className="min-w-0">
                    <span className="block font-semibold">{other.name}</span>
                    <span className="block truncate text-sm text-slate-600">{other.last}</span>
                  </span>
                </button>
              </li>
            ))}
          </ul>
        </aside>

        <section className="flex min-w-0 flex-1 flex-col" aria-label={`Chat with ${person.name}`}>
          <header className="flex items-center justify-between border-b border-slate-200 bg-white px-6 py-4">
            <div>
              <h2 className="font-semibold">{person.name}</h2>
              <p className="text-sm text-__ACCENT__-700">{typing ? "typing…" : person.status}</p>
            </div>
            <button type="button" aria-label="Call" className="rounded-full p-2 text-slate-500 hover:bg-slate-100 hover:text-slate-900">
              <Phone className="size-5" />
            </button>
          </header>

          <div className="flex-1 space-y-3 overflow-y-auto p-6" role="log">
            {shown.length === 0 && <p className="py-16 text-center text-slate-500">Say hello to {person.name}.</p>}
            {shown.map((message) => (
              <Bubble key={message.id} message={message} />
            ))}
            {typing && <p className="w-16 __ROUND__ bg-white px-4 py-3 text-center leading-none text-slate-500 motion-safe:animate-pulse">•••</p>}
            <div ref={end} />
          </div>

          <form onSubmit={send} className="flex gap-3 border-t border-slate-200 bg-white p-4">
            <input aria-label="Message" value={text} onChange={(e) => setText(e.target.value)} placeholder={`Message ${person.name}`} className="min-w-0 flex-1 __ROUND__ border border-slate-300 bg-white px-4 py-2.5 outline-none focus:border-__ACCENT__-600 focus:ring-2 focus:ring-__ACCENT__-200" />
            <button type="submit" aria-label="Send" className="__ROUND__ bg-__ACCENT__-700 px-4 text-white transition hover:bg-__ACCENT__-800">
              <Send className="size-5" />
            </button>
          </form>
        </section>
      </div>
    </main>
  );
}
