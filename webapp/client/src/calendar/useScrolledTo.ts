/** A part that opens at some height instead of at its top. */
import { type RefObject, useEffect, useRef } from "react";

const FRAMES = 60;

/** The ref for it: `top` px down, again when `key` changes. It can only be when what is in it has its size. */
export function useScrolledTo(top: number, key: string): RefObject<HTMLDivElement | null> {
  const viewport = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let frame = 0;
    const scroll = (left: number) => {
      const part = viewport.current;
      if (part) part.scrollTop = top;
      if (left > 0 && (part === null || Math.abs(part.scrollTop - top) > 1)) {
        frame = requestAnimationFrame(() => scroll(left - 1));
      }
    };
    scroll(FRAMES);
    return () => cancelAnimationFrame(frame);
  }, [top, key]);
  return viewport;
}
