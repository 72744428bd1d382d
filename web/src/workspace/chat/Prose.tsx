import { Fragment, type ReactNode } from "react";

/** The little Markdown that explanations use: paragraphs, lists, headings, bold and code. Never HTML. */
export function Prose({ text }: { text: string }) {
  const blocks = text.trim().split(/\n{2,}/).filter(Boolean);
  if (blocks.length === 0) return null;
  return <div className="grid min-w-0 gap-2.5 leading-relaxed break-words">{blocks.map((block, index) => <Block key={index} text={block} />)}</div>;
}

function Block({ text }: { text: string }) {
  const rows = text.split("\n");
  if (rows.every((row) => /^\s*[-*]\s+/.test(row))) return <List rows={rows.map((row) => row.replace(/^\s*[-*]\s+/, ""))} />;
  if (rows.every((row) => /^\s*\d+[.)]\s+/.test(row))) return <List ordered rows={rows.map((row) => row.replace(/^\s*\d+[.)]\s+/, ""))} />;
  const heading = rows.length === 1 && /^#{1,4}\s+(.*)$/.exec(rows[0]!);
  if (heading) return <h3 className="font-semibold">{inline(heading[1]!)}</h3>;
  const listFrom = rows.findIndex((row) => /^\s*[-*]\s+/.test(row));
  if (listFrom > 0) {
    return (
      <>
        <p className="whitespace-pre-wrap">{inline(rows.slice(0, listFrom).join("\n"))}</p>
        <Block text={rows.slice(listFrom).join("\n")} />
      </>
    );
  }
  return <p className="whitespace-pre-wrap">{inline(text)}</p>;
}

function List({ rows, ordered }: { rows: string[]; ordered?: boolean }) {
  const Tag = ordered ? "ol" : "ul";
  return <Tag className={`grid gap-1 pl-5 ${ordered ? "list-decimal" : "list-disc"} marker:text-muted-foreground`}>{rows.map((row, index) => <li key={index}>{inline(row)}</li>)}</Tag>;
}

function inline(text: string): ReactNode {
  return text.split(/(`[^`\n]+`|\*\*[^*\n]+\*\*)/).map((piece, index) => {
    if (piece.startsWith("`") && piece.length > 2) return <code key={index} className="rounded bg-muted px-1 py-0.5 font-mono text-[0.85em]">{piece.slice(1, -1)}</code>;
    if (piece.startsWith("**") && piece.length > 4) return <strong key={index}>{piece.slice(2, -2)}</strong>;
    return <Fragment key={index}>{piece}</Fragment>;
  });
}
