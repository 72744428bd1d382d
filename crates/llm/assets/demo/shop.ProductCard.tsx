import { useState } from "react";
import { Heart, Plus, Star } from "lucide-react";

export type Product = { id: number; name: string; price: number; rating: number; kind: string; tint: string };

type Props = { product: Product; inCart: number; onAdd: () => void };

export default function ProductCard({ product, inCart, onAdd }: Props) {
  const [liked, setLiked] = useState(false);

  return (
    <article className="group overflow-hidden __ROUND__ border border-slate-200 bg-white transition hover:shadow-lg">
      <div className={`relative aspect-[4/3] bg-gradient-to-br ${product.tint}`}>
        <span className="absolute inset-0 m-auto size-24 rotate-12 rounded-3xl bg-white/40 shadow-xl transition duration-500 group-hover:rotate-45" aria-hidden="true" />
        <span className="absolute left-3 top-3 rounded-full bg-white/80 px-2.5 py-0.5 text-xs font-semibold text-black">{product.kind}</span>
        <button type="button" aria-label={`Like ${product.name}`} aria-pressed={liked} onClick={() => setLiked(!liked)} className="absolute right-3 top-3 rounded-full bg-white/80 p-2 text-rose-600">
          <Heart className={`size-4 ${liked ? "fill-current" : ""}`} />
        </button>
      </div>
      <div className="p-5">
        <h3 className="font-semibold">{product.name}</h3>
        <p className="mt-1 flex items-center gap-1 text-sm text-slate-600">
          <Star className="size-4 fill-amber-400 text-amber-400" aria-hidden="true" />
          {product.rating}
        </p>
        <div className="mt-4 flex items-center justify-between">
          <p className="text-xl font-bold tabular-nums">${product.price}</p>
          <button type="button" onClick={onAdd} className="flex items-center gap-1.5 __ROUND__ bg-__ACCENT__-700 px-3.5 py-2 text-sm font-semibold text-white transition hover:bg-__ACCENT__-800">
            <Plus className="size-4" aria-hidden="true" />
            {inCart > 0 ? `In bag (${inCart})` : "Add"}
          </button>
        </div>
      </div>
    </article>
  );
}
