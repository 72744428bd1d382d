/** What of the workspace is shown; nothing of it matters to the server. */
import { create } from "zustand";

export const workbenchTabs = ["preview", "code", "versions"] as const;
export type WorkbenchTab = (typeof workbenchTabs)[number];
export type Device = "desktop" | "tablet" | "phone";

type Store = {
  tab: WorkbenchTab;
  /** On narrow screens either the chat or the workbench is visible. */
  pane: "chat" | "workbench";
  device: Device;
  /** The file in the editor and the line to show. */
  file: { path: string; line?: number } | null;
  draft: string;
  show: (tab: WorkbenchTab) => void;
  setPane: (pane: "chat" | "workbench") => void;
  setDevice: (device: Device) => void;
  openFile: (path: string, line?: number) => void;
  setDraft: (draft: string) => void;
};

export const useUi = create<Store>()((set) => ({
  tab: "preview",
  pane: "chat",
  device: "desktop",
  file: null,
  draft: "",
  show: (tab) => set({ tab, pane: "workbench" }),
  setPane: (pane) => set({ pane }),
  setDevice: (device) => set({ device }),
  openFile: (path, line) => set({ tab: "code", pane: "workbench", file: { path, line } }),
  setDraft: (draft) => set({ draft }),
}));

export const focusComposer = () => {
  useUi.getState().setPane("chat");
  requestAnimationFrame(() => document.getElementById("composer")?.focus());
};

/** Into the frame, where there is something to see; the Escape key leads back. */
export const focusPreview = () => {
  useUi.getState().show("preview");
  requestAnimationFrame(() => {
    const pane = document.getElementById("preview");
    pane?.focus();
    pane?.querySelector("iframe")?.focus();
  });
};
