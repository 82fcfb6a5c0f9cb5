/** What a screen shows when there is nothing, not yet, or not any more. */
import { Alert, Button, Center, Loader, Stack, Text, ThemeIcon } from "@mantine/core";
import type { Icon } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useErrorText } from "@/components/errors";

/** Waiting for something; says so to screen readers. */
export function Loading() {
  const { t } = useTranslation();
  return (
    <Center p="xl" role="status" aria-label={t("loading")}>
      <Loader type="dots" />
    </Center>
  );
}

interface EmptyProps {
  icon: Icon;
  title: string;
  /** What will show here and how to get it there. */
  text: string;
  children?: ReactNode;
}

/** An empty list: says what will come here, with the button that makes a first one. */
export function EmptyState({ icon: Picture, title, text, children }: EmptyProps) {
  return (
    <Stack align="center" gap="xs" py={48} px="md" ta="center">
      <ThemeIcon size={56} radius="xl" variant="light">
        <Picture size={28} aria-hidden />
      </ThemeIcon>
      <Text fw={600} size="lg">
        {title}
      </Text>
      <Text c="dimmed" maw={420}>
        {text}
      </Text>
      {children}
    </Stack>
  );
}

interface ErrorProps {
  error: unknown;
  retry?: () => void;
}

/** A part of a screen that could not be loaded. */
export function LoadingFailed({ error, retry }: ErrorProps) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  return (
    <Alert color="red" role="alert" title={t("failed")}>
      <Stack align="flex-start" gap="sm">
        <Text size="sm">{errorText(error)}</Text>
        {retry && (
          <Button size="xs" variant="default" onClick={retry}>
            {t("tryAgain")}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}
