const LONGEST = 48;
const fillers = /\s+(a|an|and|as|at|by|for|from|in|my|of|on|or|our|the|to|with|your)$/i;

/** A short name for what a prompt asks for: "A pricing page with three plans" is a "Pricing page". */
export function nameFor(prompt: string): string {
  const wish = prompt.trim().replace(/^(please\s+)?((build|create|design|generate|make)\s+(me\s+)?)?(a|an|the|my|our)\s+/i, "");
  const thing = /^\S.{5,}?(?=[,.;:!?\n]|\s(with|that|where|which|so that)\s)/i.exec(wish)?.[0] ?? wish;
  const name = firstWords(thing);
  return name.charAt(0).toUpperCase() + name.slice(1) || "Untitled";
}

function firstWords(text: string): string {
  const words = text.split(/\s+/);
  let name = Array.from(words.shift() ?? "").slice(0, LONGEST).join("");
  for (const word of words) {
    if (name.length + word.length >= LONGEST) break;
    name += ` ${word}`;
  }
  while (fillers.test(name)) name = name.replace(fillers, "");
  return name.replace(/[,.;:!?]+$/, "");
}
