/** Runs what a button asks of the core and says so when it did not work. */
import { useState } from "react";

import { useErrorText } from "@/components/errors";
import { toastProblem } from "@/components/toasts";

/** `run` does it; `busy` while it is under way. */
export function useCommand(): { busy: boolean; run: (act: () => Promise<unknown>) => void } {
  const errorText = useErrorText();
  const [busy, setBusy] = useState(false);
  const run = (act: () => Promise<unknown>) => {
    setBusy(true);
    act()
      .catch((error: unknown) => toastProblem(errorText(error)))
      .finally(() => setBusy(false));
  };
  return { busy, run };
}
