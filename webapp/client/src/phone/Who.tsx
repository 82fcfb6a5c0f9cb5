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
  const colleague = [...colleagues.values()].find((each) => each.number === number);
  const shown = name || colleague?.name || number;
  return (
    <Group wrap="nowrap" gap="sm" miw={0}>
      <PersonAvatar name={shown} photo={colleague?.photo ?? null} size={size === "lg" ? 56 : 42} />
      <Stack gap={0} miw={0}>
        <Text fw={600} size={size} truncate>
          {shown}
        </Text>
        {children ?? (
          <Text size="sm" c="dimmed">
            {shown === number ? "" : number}
          </Text>
        )}
      </Stack>
    </Group>
  );
}
