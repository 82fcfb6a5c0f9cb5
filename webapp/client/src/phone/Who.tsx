import { Group, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";

import { PersonAvatar } from "@/components/PersonAvatar";
import { useEntities } from "@/live/store";

interface WhoProps {
  readonly number: string;
  readonly name: string;
  /** A line under the name, in the place of the number. */
  readonly children?: ReactNode;
  readonly size?: "md" | "lg";
}

/** Who is at the other end: picture or initials, name, number. */
export function Who({ number, name, children, size = "md" }: WhoProps) {
  const colleagues = useEntities("colleague");
  const photo = [...colleagues.values()].find((each) => each.number === number)?.photo ?? null;
  return (
    <Group wrap="nowrap" gap="sm" miw={0}>
      <PersonAvatar name={name || number} photo={photo} size={size === "lg" ? 56 : 42} />
      <Stack gap={0} miw={0}>
        <Text fw={600} size={size} truncate>
          {name || number}
        </Text>
        {children ?? (
          <Text size="sm" c="dimmed">
            {name ? number : ""}
          </Text>
        )}
      </Stack>
    </Group>
  );
}
