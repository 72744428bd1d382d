/** Catches what a component throws while rendering, and tells when it has been shown. */
import { Component, createElement, type ReactNode, useEffect } from "react";

type Props = { children: ReactNode; onError: (error: unknown, componentStack: string) => void };

export class Boundary extends Component<Props, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override componentDidCatch(error: unknown, info: { componentStack?: string | null }) {
    this.props.onError(error, info.componentStack ?? "");
  }

  override render() {
    return this.state.failed ? null : this.props.children;
  }
}

/** Calls `onShown` once, after the child and its effects are in the document. */
export function Shown({ onShown, children }: { onShown: () => void; children: ReactNode }): ReactNode {
  useEffect(() => onShown(), [onShown]);
  return createElement("div", { style: { display: "contents" } }, children);
}
