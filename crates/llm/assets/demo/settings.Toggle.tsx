type Props = { label: string; hint: string; on: boolean; onChange: () => void };

export default function Toggle({ label, hint, on, onChange }: Props) {
  return (
    <div className="flex items-center justify-between gap-6 py-4">
      <div>
        <p className="font-medium">{label}</p>
        <p className="text-sm text-slate-600">{hint}</p>
      </div>
      <button type="button" role="switch" aria-checked={on} aria-label={label} onClick={onChange} className={`relative h-7 w-12 shrink-0 rounded-full transition ${on ? "bg-__ACCENT__-700" : "bg-slate-300"}`}>
        <span className={`absolute top-1 size-5 rounded-full bg-white/95 shadow transition-all ${on ? "left-6" : "left-1"}`} />
      </button>
    </div>
  );
}
