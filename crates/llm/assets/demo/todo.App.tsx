import { useState, type FormEvent } from "react";
import { Check, ListTodo, Plus, Trash2 } from "lucide-react";

type Todo = { id: number; text: string; done: boolean };
type Filter = "All" | "Open" | "Done";

const first: Todo[] = [
  { id: 1, text: "__TASK1__", done: true },
  { id: 2, text: "__TASK2__", done: false },
  { id: 3, text: "__TASK3__", done: false },
];

const filters: Filter[] = ["All", "Open", "Done"];

export default function App() {
  const [todos, setTodos] = useState(first);
  const [text, setText] = useState("");
  const [filter, setFilter] = useState<Filter>("All");

  const left = todos.filter((todo) => !todo.done).length;
  const shown = todos.filter((todo) => filter === "All" || todo.done === (filter === "Done"));

  function add(event: FormEvent) {
    event.preventDefault();
    if (text.trim() === "") return;
    setTodos([...todos, { id: Date.now(), text: text.trim(), done: false }]);
    setText("");
  }

  function toggle(id: number) {
    setTodos(todos.map((todo) => (todo.id === id ? { ...todo, done: !todo.done } : todo)));
  }

  return (
    <main className="min-h-screen bg-slate-100 px-4 py-16 text-slate-900">
      <div className="mx-auto max-w-xl __ROUND__ border border-slate-200 bg-white p-6 shadow-xl sm:p-8">
        <header className="flex items-center justify-between gap-4">
          <div>
            <h1 className="text-2xl font-bold tracking-tight">__HEADLINE__</h1>
            <p className="text-sm text-slate-600" role="status">
              {left === 0 ? "All done. Enjoy the rest of the day!" : `${left} ${left === 1 ? "thing" : "things"} left to do`}
            </p>
          </div>
          <ListTodo className="size-8 text-__ACCENT__-700" aria-hidden="true" />
        </header>

        <div className="mt-5 h-2 overflow-hidden rounded-full bg-slate-200" role="progressbar" aria-label="Progress" aria-valuemin={0} aria-valuemax={todos.length} aria-valuenow={todos.length - left}>
          <div className="h-full bg-__ACCENT__-600 transition-all" style={{ width: `${todos.length ? ((todos.length - left) / todos.length) * 100 : 0}%` }} />
        </div>

        <form onSubmit={add} className="mt-6 flex gap-2">
          <label htmlFor="new" className="sr-only">
            New task
          </label>
          <input id="new" value={text} onChange={(e) => setText(e.target.value)} placeholder="What needs to be done?" className="min-w-0 flex-1 __ROUND__ border border-slate-300 bg-white px-4 py-2.5 text-sm outline-none focus:border-__ACCENT__-600 focus:ring-2 focus:ring-__ACCENT__-200" />
          <button type="submit" className="flex items-center gap-1.5 __ROUND__ bg-__ACCENT__-700 px-4 py-2.5 text-sm font-semibold text-white transition hover:bg-__ACCENT__-800">
            <Plus className="size-4" aria-hidden="true" />
            Add
          </button>
        </form>

        <div className="mt-6 flex gap-1" role="group" aria-label="Filter">
          {filters.map((name) => (
            <button key={name} type="button" aria-pressed={filter === name} onClick={() => setFilter(name)} className={`rounded-full px-3 py-1 text-sm font-medium transition ${filter === name ? "bg-__ACCENT__-100 text-__ACCENT__-800" : "text-slate-600 hover:bg-slate-100"}`}>
              {name}
            </button>
          ))}
        </div>

        <ul className="mt-4 divide-y divide-slate-100">
          {shown.map((todo) => (
            <li key={todo.id} className="group flex items-center gap-3 py-3">
              <button type="button" role="checkbox" aria-checked={todo.done} aria-label={todo.text} onClick={() => toggle(todo.id)} className={`flex size-6 shrink-0 items-center justify-center rounded-full border-2 transition ${todo.done ? "border-__ACCENT__-700 bg-__ACCENT__-700 text-white" : "border-slate-300 hover:border-__ACCENT__-600"}`}>
                {todo.done && <Check className="size-4" aria-hidden="true" />}
              </button>
              <span className={`flex-1 ${todo.done ? "text-slate-400 line-through" : ""}`}>{todo.text}</span>
              <button type="button" aria-label={`Delete ${todo.text}`} onClick={() => setTodos(todos.filter((other) => other.id !== todo.id))} className="p-1 text-slate-400 transition hover:text-red-600">
                <Trash2 className="size-4" />
              </button>
            </li>
          ))}
          {shown.length === 0 && <li className="py-8 text-center text-sm text-slate-500">Nothing here.</li>}
        </ul>
      </div>
    </main>
  );
}
