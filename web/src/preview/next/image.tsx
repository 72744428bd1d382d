/** `next/image`: a picture that came with the files. The preview has no network, so of any other its text is shown. */
import type * as React from "react";
import { cn } from "@/lib/utils";
import { without } from "./without";

type Source = string | { src: string } | { default: { src: string } };
const onlyNext = ["priority", "preload", "quality", "placeholder", "blurDataURL", "loader", "unoptimized", "overrideSrc", "onLoadingComplete"] as const;
type OnlyNext = Partial<Record<(typeof onlyNext)[number], unknown>>;
type Own = { src: Source; alt: string; fill?: boolean };
export type ImageProps = Omit<React.ComponentProps<"img">, "src" | "alt" | "placeholder"> & OnlyNext & Own;

function Image({ src, alt, fill = false, style, ...props }: ImageProps) {
  const address = addressOf(src);
  const placed = { ...(fill ? filling : {}), ...style };
  if (/^(data|blob):/.test(address)) return <img {...without(props, onlyNext)} src={address} alt={alt} style={placed} />;
  const size = fill ? {} : { width: pixels(props.width), height: pixels(props.height) };
  return <Missing alt={alt} className={props.className} style={{ ...size, ...placed }} />;
}

const filling: React.CSSProperties = { position: "absolute", inset: 0, width: "100%", height: "100%" };
const pixels = (size: string | number | undefined) => (size === undefined ? undefined : Number(size) || size);

function addressOf(src: Source): string {
  if (typeof src === "string") return src;
  return "default" in src ? src.default.src : src.src;
}

function Missing({ alt, className, style }: { alt: string; className?: string; style: React.CSSProperties }) {
  const box = cn("inline-flex max-w-full items-center justify-center overflow-hidden bg-muted p-2 text-center text-xs text-muted-foreground", className);
  if (!alt) return <span aria-hidden className={box} style={style} />;
  return (
    <span role="img" aria-label={alt} className={box} style={style}>
      {alt}
    </span>
  );
}

export default Image;
