/** Catches what a component throws while rendering, and tells when it has been shown. */
import { Component, createElement, type ReactNode, useEffect } from "react";
import { isDetour } from "../next/detour";

/** Redirects in a row. Who needs more goes round in circles. */
const MOST_REDIRECTS = 10;

type Props = { children: ReactNode; onError: (error: unknown, componentStack: string) => void; onShown: () => void };
type State = { stopped: "failed" | "redirected" | "nowhere" | null };

export class Boundary extends Component<Props, State> {
  override state: State = { stopped: null };
  #redirects = 0;
  #told = false;

  static getDerivedStateFromError(error: unknown): State {
    if (!isDetour(error)) return { stopped: "failed" };
    return { stopped: error.take ? "redirected" : "nowhere" };
  }

  override componentDidCatch(error: unknown, info: { componentStack?: string | null }) {
    if (!isDetour(error)) return this.props.onError(error, info.componentStack ?? "");
    if (!error.take) return;
    if (++this.#redirects > MOST_REDIRECTS) return this.setState({ stopped: "nowhere" });
    error.take();
    this.setState({ stopped: null });
  }

  override render() {
    const { stopped } = this.state;
    if (stopped === "failed" || stopped === "redirected") return null;
    return createElement(Shown, { onShown: this.#shown, children: stopped ? createElement(NothingHere) : this.props.children });
  }

  /** After each redirect too, but told only once. */
  #shown = () => {
    this.#redirects = 0;
    if (!this.#told) this.props.onShown();
    this.#told = true;
  };
}

const NothingHere = () => createElement("p", { className: "p-8 text-center text-muted-foreground" }, "404: This page could not be found.");

/** Calls `onShown` after the child and its effects are in the document. */
function Shown({ onShown, children }: { onShown: () => void; children: ReactNode }): ReactNode {
  useEffect(() => onShown(), [onShown]);
  return createElement("div", { style: { display: "contents" } }, children);
}
