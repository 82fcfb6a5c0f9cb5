import { Button, Center, Code, Group, Stack, Text, Title } from "@mantine/core";
import { useQueryErrorResetBoundary } from "@tanstack/react-query";
import { type ErrorComponentProps, useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";

import { ApiError } from "@/api/errors";

/** Milliseconds between our own tries to reach a server that is away. */
const AGAIN_AFTER = 5000;

type Kind = "away" | "refused" | "broken";

function kindOf(error: unknown): Kind {
  if (!(error instanceof ApiError)) return "broken";
  if (error.status === 0 || error.status >= 500) return "away";
  return error.status === 403 ? "refused" : "broken";
}

/** What a screen becomes that cannot be shown: in words, with a way on. */
export function Failure({ error }: ErrorComponentProps) {
  const { t } = useTranslation();
  const router = useRouter();
  const { reset } = useQueryErrorResetBoundary();
  const kind = kindOf(error);
  const words = {
    away: [t("serverAway"), t("serverAwayText")],
    refused: [t("notForYou"), t("notForYouText")],
    broken: [t("broken"), t("brokenText")],
  }[kind];
  const again = () => {
    reset();
    void router.invalidate();
  };
  useEffect(() => {
    if (kind !== "away") return;
    const timer = setTimeout(again, AGAIN_AFTER);
    return () => clearTimeout(timer);
  });
  return (
    <Center p="xl" mih="60dvh">
      <Stack maw={460} role="alert">
        <Title order={1}>{words[0]}</Title>
        <Text>{words[1]}</Text>
        {kind === "broken" && (
          <details>
            <summary>{t("details")}</summary>
            <Code block>{String(error)}</Code>
          </details>
        )}
        <Group>
          <Button onClick={again}>{t("tryAgain")}</Button>
          <Button variant="default" onClick={() => location.reload()}>
            {t("reload")}
          </Button>
        </Group>
      </Stack>
    </Center>
  );
}
