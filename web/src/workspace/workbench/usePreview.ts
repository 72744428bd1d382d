import { useCallback, useEffect, useRef, useState } from "react";
import { toast } from "sonner";
import { useTheme } from "@/components/theme";
import { Compiler } from "@/preview/compiler";
import { FrameHost } from "@/preview/host";
import type { Bundle, ConsoleLine, FromFrame, PreviewError } from "@/preview/protocol";
import type { FileMap } from "@/session/files";
import { focusComposer } from "../ui";
import { changesBetween } from "./changes";
import type { WorkFiles } from "./useWorkFiles";

export type PreviewState = "empty" | "compiling" | "rendered" | "error";

export type Preview = {
  state: PreviewState;
  error: PreviewError | null;
  console: ConsoleLine[];
  /** The frame shows something, be it older than the files. */
  shown: boolean;
  /** Changes when the frame must be made anew; null while there is none. */
  frameKey: number | null;
  attach: (frame: HTMLIFrameElement | null) => void;
  reload: () => void;
  dismiss: () => void;
  clearConsole: () => void;
};

const CONSOLE_LINES = 300;
/** A hung frame's process needs a moment to go, or the next frame would be put into it. */
const PROCESS_END_MS = 1_500;
/** Files arrive one by one while an answer is written; this is how often they are worth a render. */
const PAUSE_MS = 250;

const causesOfDeath: Record<"unborn" | "silent" | "navigated", PreviewError> = {
  unborn: { kind: "runtime", message: "The preview could not be started." },
  silent: { kind: "loop", message: "The preview stopped answering and was closed. It may be caught in an endless loop." },
  navigated: { kind: "csp", message: "The component tried to leave the preview, which was reset. Reload to start it again." },
};

/** Compiles the files whenever they change and shows them in the frame. */
export function usePreview(work: WorkFiles): Preview {
  const theme = useTheme((store) => store.theme);
  const [state, setState] = useState<PreviewState>("empty");
  const [error, setError] = useState<PreviewError | null>(null);
  const [lines, setLines] = useState<ConsoleLine[]>([]);
  const [frameKey, setFrameKey] = useState<number | null>(0);
  const [shown, setShown] = useState(false);
  const [round, setRound] = useState(0);
  const host = useRef<FrameHost | null>(null);
  const compiler = useRef<Compiler | null>(null);
  const bundle = useRef<{ bundle: Bundle; files: FileMap } | null>(null);
  const rendered = useRef<FileMap | null>(null);
  const ready = useRef(false);
  const rid = useRef(0);
  /** The first render the frame has not answered yet: if the frame dies, that one did it. */
  const unanswered = useRef<number | null>(null);
  const rebirth = useRef<ReturnType<typeof setTimeout>>(undefined);
  const births = useRef(0);
  const streaming = useRef(work.streaming);
  streaming.current = work.streaming;

  const render = useCallback(() => {
    if (!bundle.current || !ready.current) return;
    rid.current += 1;
    unanswered.current ??= rid.current;
    host.current?.send({ t: "render", rid: rid.current, theme: useTheme.getState().theme, ...bundle.current.bundle });
  }, []);

  const fail = useCallback((problem: PreviewError) => {
    // Half an answer may well not compile; the last good render stays until it is whole.
    if (streaming.current) return;
    rendered.current = null;
    setError(problem);
    setState("error");
  }, []);

  const restart = useCallback((keepBundle: boolean, pause = 0) => {
    ready.current = false;
    rendered.current = null;
    if (!keepBundle) bundle.current = null;
    unanswered.current = null;
    setShown(false);
    setFrameKey(null);
    clearTimeout(rebirth.current);
    rebirth.current = setTimeout(() => setFrameKey(++births.current), pause);
  }, []);

  const receive = useCallback(
    (message: FromFrame) => {
      switch (message.t) {
        case "ready":
          ready.current = true;
          return render();
        case "rendered":
          unanswered.current = null;
          if (message.rid !== rid.current) return;
          rendered.current = bundle.current?.files ?? null;
          setShown(true);
          setError(null);
          return setState("rendered");
        case "error":
          unanswered.current = null;
          if (message.rid === rid.current) fail(message.error);
          return;
        case "console":
          return setLines((before) => [...before.slice(1 - CONSOLE_LINES), { level: message.level, text: message.text, at: Date.now() }]);
        case "toast":
          return void toast(message.text, { description: "From the preview" });
        case "navigate":
          return void toast(`A link to ${message.href}`, { description: "Links do not leave the preview." });
        case "key":
          return focusComposer();
      }
    },
    [render, fail],
  );

  const attach = useCallback(
    (frame: HTMLIFrameElement | null) => {
      host.current?.close();
      host.current = null;
      if (!frame) return;
      host.current = new FrameHost(frame, {
        onMessage: receive,
        onDead: (reason) => {
          // What killed the frame is not rendered again by itself; what came after it is.
          const innocent = reason === "unborn" || (unanswered.current !== null && unanswered.current !== rid.current);
          restart(innocent, PROCESS_END_MS);
          if (!innocent) fail(causesOfDeath[reason]);
        },
      });
    },
    [receive, restart, fail],
  );

  useEffect(
    () => () => {
      compiler.current?.close();
      clearTimeout(rebirth.current);
    },
    [],
  );

  const empty = Object.keys(work.files).length === 0;
  useEffect(() => {
    if (empty) {
      bundle.current = null;
      setError(null);
      setShown(false);
      setState("empty");
      return;
    }
    if (rendered.current && changesBetween(rendered.current, work.files).length === 0) return setState("rendered");
    setState((before) => (before === "rendered" && streaming.current ? before : "compiling"));
    const timer = setTimeout(async () => {
      compiler.current ??= new Compiler();
      const answer = await compiler.current.compile(work.files);
      if (!answer) return;
      if (answer.error) return fail(answer.error);
      bundle.current = { bundle: answer.bundle, files: work.files };
      setError(null);
      render();
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [work.files, work.streaming, empty, round, render, fail]);

  useEffect(() => host.current?.send({ t: "theme", theme }), [theme]);

  return {
    state,
    error,
    console: lines,
    shown,
    frameKey,
    attach,
    reload: () => {
      restart(true);
      setError(null);
      setRound((before) => before + 1);
    },
    dismiss: () => setError(null),
    clearConsole: () => setLines([]),
  };
}
