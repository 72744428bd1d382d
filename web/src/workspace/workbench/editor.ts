/** CodeMirror, set up as Atelier uses it. */
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { css } from "@codemirror/lang-css";
import { html } from "@codemirror/lang-html";
import { javascript } from "@codemirror/lang-javascript";
import { json } from "@codemirror/lang-json";
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import type { Extension } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

export function languageOf(path: string): Extension {
  if (/\.[mc]?[tj]sx?$/.test(path)) return javascript({ jsx: true, typescript: /\.tsx?$/.test(path) });
  if (path.endsWith(".css")) return css();
  if (path.endsWith(".json")) return json();
  if (/\.(html|svg)$/.test(path)) return html();
  return [];
}

/** A box of code that the Tab key finds, even where nothing can be written in it. */
export const named = (name: string): Extension => EditorView.contentAttributes.of({ "aria-label": name, tabindex: "0" });

/** Colours by CSS variables, so that light and dark need no second set. */
const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: "var(--code-keyword)" },
  { tag: [tags.string, tags.special(tags.string), tags.regexp], color: "var(--code-string)" },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: "var(--code-number)" },
  { tag: tags.comment, color: "var(--code-comment)", fontStyle: "italic" },
  { tag: [tags.tagName, tags.typeName, tags.className], color: "var(--code-type)" },
  { tag: [tags.attributeName, tags.propertyName], color: "var(--code-property)" },
  { tag: [tags.function(tags.variableName), tags.function(tags.propertyName)], color: "var(--code-function)" },
]);

const look = EditorView.theme({
  "&": { height: "100%", fontSize: "12.5px", backgroundColor: "transparent" },
  ".cm-scroller": { fontFamily: "var(--font-mono)", lineHeight: "1.6" },
  ".cm-gutters": { backgroundColor: "transparent", border: "none", color: "var(--muted-foreground)" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "color-mix(in oklch, var(--foreground) 4%, transparent)" },
  ".cm-cursor": { borderLeftColor: "var(--foreground)" },
  "&.cm-focused": { outline: "none" },
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "color-mix(in oklch, var(--brand) 25%, transparent) !important" },
  ".cm-panels": { backgroundColor: "var(--background)", color: "var(--foreground)" },
});

/** Changed words by their background; the theme's own underlines are loud. */
export const diffLook: Extension = EditorView.theme({
  "&.cm-merge-b .cm-changedText, .cm-changedText": { background: "color-mix(in oklch, var(--success) 16%, transparent)" },
  ".cm-deletedChunk .cm-deletedText": { background: "color-mix(in oklch, var(--destructive) 22%, transparent)" },
  ".cm-deletedChunk": { paddingLeft: "6px" },
  ".cm-collapsedLines": { background: "var(--muted)", color: "var(--muted-foreground)", padding: "3px 6px", fontFamily: "var(--font-sans)" },
  ".cm-collapsedLines:before, .cm-collapsedLines:after": { content: '""' },
});

export const reading: Extension = [lineNumbers(), syntaxHighlighting(colours), look, EditorView.lineWrapping, search({ top: true })];

export const writing: Extension = [
  reading,
  history(),
  drawSelection(),
  highlightActiveLine(),
  highlightSelectionMatches(),
  bracketMatching(),
  indentOnInput(),
  keymap.of([...defaultKeymap, ...historyKeymap, ...searchKeymap, indentWithTab]),
];
