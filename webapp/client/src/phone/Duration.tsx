import { Text } from "@mantine/core";

import { duration } from "@/components/format";
import { useSeconds } from "@/live/store";

/** How long something lasts by now, by the server's clock. `since`: milliseconds since 1970. */
export function Duration({ since }: { since: number }) {
  const seconds = useSeconds();
  return (
    <Text component="span" size="sm" ff="monospace" role="timer">
      {duration(seconds - since / 1000)}
    </Text>
  );
}
