import { Button, Code, CopyButton, Group, Image, List, Stack, Text } from "@mantine/core";
import { IconCheck, IconCopy, IconDownload } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Enrolment } from "@/api/generated/types.gen";

/** What an authenticator app scans, or is told by typing. */
export function AuthenticatorKey({ enrolment }: { enrolment: Enrolment }) {
  const { t } = useTranslation("signin");
  return (
    <Stack align="center" gap="xs">
      <Image
        src={`data:image/svg+xml;utf8,${encodeURIComponent(enrolment.qr)}`}
        alt={t("enrol.qr")}
        w={184}
        h={184}
        p={10}
        // Scanners want dark on light.
        bg="white"
        radius="md"
      />
      <Text size="sm" c="dimmed" ta="center">
        {t("enrol.typed")}
      </Text>
      <Group gap="xs" justify="center">
        <Code fz="sm">{enrolment.secret.replace(/(.{4})(?=.)/g, "$1 ")}</Code>
        <Copy text={enrolment.secret} />
      </Group>
    </Stack>
  );
}

/** Codes for the day the phone is lost; shown this once. */
export function RecoveryCodes({ codes }: { codes: readonly string[] }) {
  const { t } = useTranslation("signin");
  const text = codes.join("\n");
  return (
    <Stack>
      <List listStyleType="none" ff="monospace" aria-label={t("recovery.title")} style={{ columns: 2 }}>
        {codes.map((code) => (
          <List.Item key={code}>{code}</List.Item>
        ))}
      </List>
      <Group gap="xs">
        <Copy text={text} />
        <Button
          component="a"
          size="xs"
          variant="default"
          leftSection={<IconDownload size={16} aria-hidden />}
          href={`data:text/plain;charset=utf-8,${encodeURIComponent(`${text}\n`)}`}
          download="centrale-codes.txt"
        >
          {t("recovery.download")}
        </Button>
      </Group>
    </Stack>
  );
}

function Copy({ text }: { text: string }) {
  const { t } = useTranslation("signin");
  return (
    <CopyButton value={text}>
      {({ copied, copy }) => (
        <Button
          size="xs"
          variant="default"
          leftSection={copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
          onClick={copy}
        >
          <span aria-live="polite">{copied ? t("copied") : t("copy")}</span>
        </Button>
      )}
    </CopyButton>
  );
}
