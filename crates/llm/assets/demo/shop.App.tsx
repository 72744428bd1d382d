import { useState } from "react";
import { ShoppingBag, X } from "lucide-react";
import ProductCard, { type Product } from "@/components/ProductCard";

const products: Product[] = [
  { id: 1, name: "__ITEM1__", price: 48, rating: 4.8, kind: "New", tint: "from-amber-200 to-orange-400" },
  { id: 2, name: "__ITEM2__", price: 96, rating: 4.6, kind: "Classic", tint: "from-sky-200 to-blue-400" },
  { id: 3, name: "__ITEM3__", price: 24, rating: 4.9, kind: "Classic", tint: "from-emerald-200 to-teal-400" },
  { id: 4, name: "__ITEM4__", price: 135, rating: 4.7, kind: "New", tint: "from-rose-200 to-pink-400" },
  { id: 5, name: "__ITEM5__", price: 62, rating: 4.4, kind: "Sale", tint: "from-violet-200 to-purple-400" },
  { id: 6, name: "__ITEM6__", price: 18, rating: 4.5, kind: "Sale", tint: "from-lime-200 to-green-400" },
];

const kinds = ["All", "New", "Classic", "Sale"];

export default function App() {
  const [kind, setKind] = useState("All");
  const [sort, setSort] = useState("rating");
  const [cart, setCart] = useState<Record<number, number>>({});
  const [open, setOpen] = useState(false);

  const shown = products
    .filter((product) => kind === "All" || product.kind === kind)
    .sort((a, b) => (sort === "rating" ? b.rating - a.rating : sort === "low" ? a.price - b.price : b.price - a.price));
  const lines = products.filter((product) => cart[product.id]);
  const count = lines.reduce((sum, product) => sum + (cart[product.id] ?? 0), 0);
  const total = lines.reduce((sum, product) => sum + product.price * (cart[product.id] ?? 0), 0);

  function change(id: number, by: number) {
    setCart({ ...cart, [id]: Math.max(0, (cart[id] ?? 0) + by) });
  }

  return (
    <main className="min-h-screen bg-slate-50 text-slate-900">
      <header className="sticky top-0 z-10 border-b border-slate-200 bg-slate-50/90 backdrop-blur">
        <div className="mx-auto flex max-w-6xl items-center justify-between px-6 py-4">
          <p className="text-xl font-bold tracking-tight">__BRAND__</p>
          <button type="button" onClick={() => setOpen(true)} className="relative flex items-center gap-2 __ROUND__ bg-__ACCENT__-700 px-4 py-2 text-sm font-semibold text-white transition hover:bg-__ACCENT__-800">
            <ShoppingBag className="size-4" aria-hidden="true" />
            Bag ({count})
          </button>
        </div>
      </header>

      <section className="mx-auto max-w-6xl px-6 py-12">
        <h1 className="text-4xl font-bold tracking-tight">__HEADLINE__</h1>
        <p className="mt-2 text-slate-600">__SUBLINE__</p>

        <div className="mt-8 flex flex-wrap items-center justify-between gap-4">
          <div className="flex gap-2" role="group" aria-label="Filter">
            {kinds.map((name) => (
              <button key={name} type="button" aria-pressed={kind === name} onClick={() => setKind(name)} className={`rounded-full px-4 py-1.5 text-sm font-medium transition ${kind === name ? "bg-__ACCENT__-700 text-white" : "border border-slate-300 text-slate-700 hover:border-slate-500"}`}>
                {name}
              </button>
            ))}
          </div>
          <label className="flex items-center gap-2 text-sm text-slate-600">
            Sort by
            <select value={sort} onChange={(e) => setSort(e.target.value)} className="__ROUND__ border border-slate-300 bg-white px-3 py-1.5">
              <option value="rating">Best rated</option>
              <option value="low">Price, low to high</option>
              <option value="high">Price, high to low</option>
            </select>
          </label>
        </div>

        <div className="mt-8 grid gap-6 sm:grid-cols-2 __GRID__">
          {shown.map((product) => (
            <ProductCard key={product.id} product={product} inCart={cart[product.id] ?? 0} onAdd={() => change(product.id, 1)} />
          ))}
        </div>
      </section>

      {open && (
        <aside role="dialog" aria-label="Your bag" className="fixed inset-y-0 right-0 z-20 flex w-full max-w-sm flex-col border-l border-slate-200 bg-white shadow-2xl">
          <div className="flex items-center justify-between border-b border-slate-200 p-5">
            <h2 className="text-lg font-semibold">Your bag</h2>
            <button type="button" aria-label="Close" onClick={() => setOpen(false)} className="p-1 text-slate-500 hover:text-slate-900">
              <X className="size-5" />
            </button>
          </div>
          <ul className="flex-1 space-y-4 overflow-y-auto p-5">
            {lines.length === 0 && <li className="py-12 text-center text-slate-500">Still empty. Something nice is waiting.</li>}
            {lines.map((product) => (
              <li key={product.id} className="flex items-center gap-4">
                <span className={`size-14 __ROUND__ bg-gradient-to-br ${product.tint}`} aria-hidden="true" />
                <div className="flex-1">
                  <p className="font-medium">{product.name}</p>
                  <p className="text-sm text-slate-600">${product.price}</p>
                </div>
                <button type="button" aria-label={`One ${product.name} less`} onClick={() => change(product.id, -1)} className="size-7 rounded-full border border-slate-300">−</button>
                <span className="w-4 text-center tabular-nums">{cart[product.id]}</span>
                <button type="button" aria-label={`One ${product.name} more`} onClick={() => change(product.id, 1)} className="size-7 rounded-full border border-slate-300">+</button>
              </li>
            ))}
          </ul>
          <div className="border-t border-slate-200 p-5">
            <p className="flex justify-between text-lg font-semibold">
              Total <span className="tabular-nums">${total}</span>
            </p>
            <button type="button" disabled={count === 0} className="mt-4 w-full __ROUND__ bg-__ACCENT__-700 py-3 font-semibold text-white transition hover:bg-__ACCENT__-800 disabled:opacity-50">Check out</button>
          </div>
        </aside>
      )}
    </main>
  );
}
