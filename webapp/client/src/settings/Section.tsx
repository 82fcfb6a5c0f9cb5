import { Paper, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

interface Props {
  title: string;
  /** What it is for. */
  text?: string;
  children: ReactNode;
}

/** A group of settings under a heading. */
export function Section({ title, text, children }: Props) {
  return (
    <Paper component="section" withBorder p={{ base: "md", sm: "lg" }} mb="md">
      <Stack>
        <div>
          <Title order={2}>{title}</Title>
          {text !== undefined && <Text c="dimmed">{text}</Text>}
        </div>
        {children}
      </Stack>
    </Paper>
  );
}
