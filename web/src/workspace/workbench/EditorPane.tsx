"use client";

import { Compartment, EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { useEffect, useRef } from "react";
import { languageOf, named, writing } from "./editor";

type Props = { path: string; text: string; line?: number; readOnly: boolean; /** Keep the end in view while it is written. */ follow: boolean; onChange: (text: string) => void };

export function EditorPane({ path, text, line, readOnly, follow, onChange }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const lock = useRef(new Compartment());
  const change = useRef(onChange);
  change.current = onChange;
  const locked = (on: boolean) => [EditorState.readOnly.of(on), EditorView.editable.of(!on)];

  useEffect(() => {
    const report = EditorView.updateListener.of((update) => {
      if (update.docChanged && update.transactions.some((one) => one.isUserEvent("input") || one.isUserEvent("delete") || one.isUserEvent("undo") || one.isUserEvent("redo") || one.isUserEvent("move"))) change.current(update.state.doc.toString());
    });
    const editor = new EditorView({
      parent: box.current!,
      state: EditorState.create({ doc: text, extensions: [writing, languageOf(path), lock.current.of(locked(readOnly)), report, named(path)] }),
    });
    view.current = editor;
    return () => editor.destroy();
  }, [path]); // Text and lock are followed below.

  useEffect(() => view.current?.dispatch({ effects: lock.current.reconfigure(locked(readOnly)) }), [readOnly]);

  useEffect(() => {
    const editor = view.current;
    const before = editor?.state.doc.toString();
    if (!editor || before === text || before === undefined) return;
    const grown = text.startsWith(before);
    editor.dispatch({ changes: grown ? { from: before.length, insert: text.slice(before.length) } : { from: 0, to: before.length, insert: text } });
    if (follow) editor.scrollDOM.scrollTop = editor.scrollDOM.scrollHeight;
  }, [text, follow]);

  useEffect(() => {
    const editor = view.current;
    if (!editor || !line || line > editor.state.doc.lines) return;
    const { from } = editor.state.doc.line(line);
    editor.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: "center" }) });
  }, [line, path]);

  return <div ref={box} className="min-w-0 flex-1 overflow-hidden" data-testid="editor" data-path={path} />;
}
