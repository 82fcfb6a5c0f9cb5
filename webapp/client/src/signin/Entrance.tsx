import { Alert, Box, Center, Paper, Stack, Text, Title } from "@mantine/core";
import { IconPhoneCall } from "@tabler/icons-react";
import { type ReactNode, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

import { useErrorText } from "@/components/errors";
import { usePageTitle } from "@/components/Page";

interface Props {
  title: string;
  /** Below the title. */
  text?: ReactNode;
  /** Px. */
  width?: number;
  /** Puts the focus on the title, where no field takes it: a new step is then read aloud. */
  focusTitle?: boolean;
  children?: ReactNode;
}

/** What every step before the shell looks like. */
export function Entrance({ title, text, width = 420, focusTitle = false, children }: Props) {
  const { t } = useTranslation();
  const heading = useRef<HTMLHeadingElement>(null);
  usePageTitle(title);
  useEffect(() => {
    if (focusTitle) heading.current?.focus();
  }, [focusTitle, title]);
  return (
    <Center component="main" mih="100dvh" p="md">
      <Box w="100%" maw={width}>
        <Text component="p" ta="center" fw={700} size="lg" c="harbour" mb="md">
          <IconPhoneCall size={22} aria-hidden style={{ verticalAlign: "-4px", marginRight: 8 }} />
          {t("app")}
        </Text>
        <Paper withBorder p={{ base: "lg", sm: "xl" }} shadow="xs">
          <Stack>
            <Title order={1} ref={heading} tabIndex={-1} style={{ outline: "none" }}>
              {title}
            </Title>
            {typeof text === "string" ? <Text c="dimmed">{text}</Text> : text}
            {children}
          </Stack>
        </Paper>
      </Box>
    </Center>
  );
}

/** What went wrong with a step, read aloud at once. Nothing without an error. */
export function Problem({ error }: { error: unknown }) {
  const errorText = useErrorText();
  if (error === null || error === undefined) return null;
  return (
    <Alert color="red" role="alert">
      {errorText(error)}
    </Alert>
  );
}
