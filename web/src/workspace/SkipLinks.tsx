import { focusComposer, focusPreview } from "./ui";

/** The first two stops of the Tab key; seen only by who comes there. */
export function SkipLinks() {
  return (
    <>
      <SkipLink to="composer" go={focusComposer}>
        Skip to the composer
      </SkipLink>
      <SkipLink to="preview" go={focusPreview}>
        Skip to the preview
      </SkipLink>
    </>
  );
}

function SkipLink({ to, go, children }: { to: string; go: () => void; children: string }) {
  return (
    <a
      href={`#${to}`}
      onClick={(event) => {
        event.preventDefault();
        go();
      }}
      className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:m-2 focus:rounded-md focus:bg-primary focus:p-2 focus:text-primary-foreground"
    >
      {children}
    </a>
  );
}
