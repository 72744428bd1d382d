export type Message = { id: number; mine: boolean; text: string; at: string };

export default function Bubble({ message }: { message: Message }) {
  return (
    <div className={`flex ${message.mine ? "justify-end" : "justify-start"}`}>
      <div className={`max-w-[75%] __ROUND__ px-4 py-2.5 shadow-sm ${message.mine ? "bg-__ACCENT__-700 text-white" : "bg-white"}`}>
        <p className="break-words">{message.text}</p>
        <p className={`mt-1 text-right text-xs ${message.mine ? "text-white/75" : "text-slate-500"}`}>{message.at}</p>
      </div>
    </div>
  );
}
