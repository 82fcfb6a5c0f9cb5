import { Button, Stack, TextInput } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { Problem } from "@/signin/Entrance";

interface Props {
  label: string;
  submit: string;
  /** Six digits, which are sent as soon as they are there; else a code of letters. */
  digits?: boolean;
  error: unknown;
  busy: boolean;
  onCode: (code: string) => void;
}

const LENGTH = 6;

/** A field for a code that is used once. */
export function CodeForm({ label, submit, digits = true, error, busy, onCode }: Props) {
  const { t } = useTranslation("signin");
  const [code, setCode] = useState("");
  const [missing, setMissing] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (error) field.current?.select();
  }, [error]);
  const send = (value: string) => {
    setMissing(value === "");
    if (value !== "" && !busy) onCode(value);
  };
  const type = (value: string) => {
    const kept = digits ? value.replace(/\D/g, "").slice(0, LENGTH) : value.trim();
    setCode(kept);
    setMissing(false);
    if (digits && kept.length === LENGTH && kept !== code) send(kept);
  };
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        send(code);
      }}
    >
      <Stack>
        <Problem error={error} />
        <TextInput
          ref={field}
          label={label}
          value={code}
          onChange={(event) => type(event.currentTarget.value)}
          error={missing ? t("second.needCode") : undefined}
          inputMode={digits ? "numeric" : "text"}
          autoComplete="one-time-code"
          autoCapitalize="none"
          spellCheck={false}
          autoFocus
          size="md"
        />
        <Button type="submit" loading={busy}>
          {submit}
        </Button>
      </Stack>
    </form>
  );
}
