/** How a leg sounds right now, measured every two seconds. */

import { useEffect, useState } from "react";

import { phone } from "./phone";
import { counted, type Counts, type Quality, quality } from "./quality";

const EVERY_MS = 2000;

/** Null before it is known, and in a tab that does not hold the phone. */
export function useQuality(key: string, talking: boolean): Quality | null {
  const [found, setFound] = useState<Quality | null>(null);
  useEffect(() => {
    if (!talking) return;
    let before: Counts | null = null;
    const timer = setInterval(() => {
      const connection = phone.connection(key);
      if (!connection) return;
      void counted(connection).then((after) => {
        if (before && after) setFound(quality(before, after));
        before = after;
      });
    }, EVERY_MS);
    return () => clearInterval(timer);
  }, [key, talking]);
  return found;
}
