import { useCallback, useEffect, useRef, useState } from "react";

const NEAR_PX = 60;

/** Keeps a scrolled box at its end while it grows, until the user scrolls away. */
export function useStickToEnd(key: string) {
  const box = useRef<HTMLDivElement>(null);
  const stuck = useRef(true);
  const [away, setAway] = useState(false);

  const toEnd = useCallback(() => {
    stuck.current = true;
    box.current?.scrollTo({ top: box.current.scrollHeight });
  }, []);

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    stuck.current = true;
    const onScroll = () => {
      stuck.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PX;
      setAway(!stuck.current);
    };
    const follow = () => stuck.current && element.scrollTo({ top: element.scrollHeight });
    const observer = new ResizeObserver(follow);
    observer.observe(element);
    if (element.firstElementChild) observer.observe(element.firstElementChild);
    element.addEventListener("scroll", onScroll, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", onScroll);
    };
  }, [key]);

  return { box, away, toEnd };
}
