/** Long lists: only the rows near the screen are in the page. */
import { Box, Loader } from "@mantine/core";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from "react";

interface Props<T> {
  label: string;
  items: readonly T[];
  keyOf: (item: T) => string;
  row: (item: T, index: number) => ReactNode;
  /** Height of a row in px before it was measured. */
  height: number;
  /** Called near the end of what is there; leave it out when that is all. */
  more?: (() => void) | undefined;
}

const AHEAD = 10;
/** What in a row takes the focus when the arrow keys go up and down. */
const MAIN = "[data-main]";

/** A list that scrolls with the page. ↑ and ↓ go from row to row, to what has `data-main` in each. */
export function VirtualList<T>({ label, items, keyOf, row, height, more }: Props<T>) {
  const list = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => setTop(list.current?.offsetTop ?? 0), [items.length]);
  const virtual = useWindowVirtualizer({
    count: items.length,
    estimateSize: () => height,
    getItemKey: (index) => {
      const item = items[index];
      return item === undefined ? index : keyOf(item);
    },
    overscan: AHEAD,
    scrollMargin: top,
  });
  const rows = virtual.getVirtualItems();
  const last = rows.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= items.length - AHEAD) more?.();
  }, [last, items.length, more]);
  return (
    <>
      <Box ref={list} role="list" aria-label={label} pos="relative" h={virtual.getTotalSize()} onKeyDown={step}>
        {rows.map(({ index, key, start }) => {
          const item = items[index];
          return (
            item !== undefined && (
              <Box
                key={key}
                ref={virtual.measureElement}
                data-index={index}
                role="listitem"
                aria-setsize={more ? -1 : items.length}
                aria-posinset={index + 1}
                pos="absolute"
                left={0}
                right={0}
                top={0}
                style={{ transform: `translateY(${start - top}px)` }}
              >
                {row(item, index)}
              </Box>
            )
          );
        })}
      </Box>
      {more && (
        <Box ta="center" p="md">
          <Loader type="dots" aria-hidden />
        </Box>
      )}
    </>
  );
}

function step(event: KeyboardEvent<HTMLElement>): void {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const at = document.activeElement;
  if (by === undefined || !at?.matches(MAIN)) return;
  const all = [...event.currentTarget.querySelectorAll<HTMLElement>(MAIN)];
  const next = all[all.findIndex((each) => each === at) + by];
  if (!next) return;
  event.preventDefault();
  next.focus();
}
