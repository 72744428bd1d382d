/** The sandbox: an opaque origin, no network, no top navigation. Never `allow-same-origin`. */
export function PreviewFrame({ attach }: { attach: (frame: HTMLIFrameElement | null) => void }) {
  return <iframe ref={attach} title="Live preview" data-testid="preview-frame" src="/preview/frame.html" sandbox="allow-scripts allow-forms" allow="" referrerPolicy="no-referrer" className="size-full" />;
}
