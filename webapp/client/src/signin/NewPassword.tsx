import { Group, List, PasswordInput, Stack, Text, VisuallyHidden } from "@mantine/core";
import { IconCircle, IconCircleCheck, IconInfoCircle } from "@tabler/icons-react";
import { type Ref, useId } from "react";
import { useTranslation } from "react-i18next";

import type { PasswordRule } from "@/api/generated/types.gen";
import { keeps } from "@/signin/passwordRules";

interface Props {
  rules: readonly PasswordRule[];
  value: string;
  onChange: (password: string) => void;
  /** Sentences about it, of the server's checks too. */
  errors?: readonly string[];
  ref?: Ref<HTMLInputElement>;
  autoFocus?: boolean;
}

/** A field for a new password, with the rules ticked off while typing. */
export function NewPassword({ rules, value, onChange, errors = [], ref, autoFocus = false }: Props) {
  const { t } = useTranslation("signin");
  const id = useId();
  return (
    <Stack gap="xs">
      <PasswordInput
        ref={ref}
        label={t("newPassword")}
        autoComplete="new-password"
        autoFocus={autoFocus}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        aria-describedby={id}
        error={errors.length > 0 ? errors.join(" ") : undefined}
        visibilityToggleButtonProps={{ "aria-label": t("showPassword"), "aria-hidden": false, tabIndex: 0 }}
      />
      <List id={id} listStyleType="none" size="sm" spacing={2} aria-label={t("rules")}>
        {rules.map((rule) => (
          <Rule key={rule.code} rule={rule} password={value} />
        ))}
      </List>
    </Stack>
  );
}

function Rule({ rule, password }: { rule: PasswordRule; password: string }) {
  const { t } = useTranslation("signin");
  const kept = keeps(rule.code, password);
  const Icon = kept === null ? IconInfoCircle : kept ? IconCircleCheck : IconCircle;
  return (
    <List.Item>
      <Group gap={6} wrap="nowrap" align="flex-start">
        <Text c={kept ? "green" : "dimmed"} lh={1} mt={2}>
          <Icon size={16} aria-hidden />
        </Text>
        <span>
          {rule.text}
          {kept && <VisuallyHidden> ({t("ruleKept")})</VisuallyHidden>}
        </span>
      </Group>
    </List.Item>
  );
}
