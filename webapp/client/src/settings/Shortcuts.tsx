import { ActionIcon, Alert, Button, Group, Text } from "@mantine/core";
import { IconArrowBackUp, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { ChangeKeys } from "@/settings/ChangeKeys";
import { actionOf, holder } from "@/settings/keys";
import { usePreferences, useSavePreferences } from "@/settings/preferences";
import { Section } from "@/settings/Section";
import classes from "@/settings/Shortcuts.module.css";
import { Keys } from "@/shell/Keys";
import { type Shortcut, useShortcuts } from "@/shell/shortcuts";

/** Keys of one's own. One set of keys does one thing. */
export function Shortcuts() {
  const { t } = useTranslation("settings");
  const shown = useShortcuts((state) => state.shown);
  const { shortcuts: own } = usePreferences();
  const save = useSavePreferences();
  const [asking, setAsking] = useState<string | null>(null);
  const [problem, setProblem] = useState("");
  const rows = [...shown.values()].flatMap((shortcut) => {
    const action = actionOf(shortcut.id);
    return action === null ? [] : [{ ...shortcut, action }];
  });
  const choose = ({ id }: Shortcut, action: string, keys: string) => {
    const other = holder(shown.values(), id, keys);
    setProblem(other ? t("shortcuts.taken", { keys, label: other.label }) : "");
    if (other) return;
    setAsking(null);
    save({ shortcuts: { [action]: keys } });
  };
  return (
    <Section title={t("shortcuts.title")} text={t("shortcuts.text")}>
      {problem !== "" && (
        <Alert color="red" role="alert" className={classes.problem}>
          {problem}
        </Alert>
      )}
      <ul className={classes.list}>
        {rows.map((row) => (
          <li key={row.id} className={classes.row}>
            <Text>{row.label}</Text>
            <Text className={classes.keys} c={row.keys === "" ? "dimmed" : undefined}>
              {row.keys === "" ? t("shortcuts.none") : <Keys keys={row.keys} />}
            </Text>
            <Group gap={4} wrap="nowrap" className={classes.buttons}>
              <ChangeKeys
                label={row.label}
                asking={asking === row.id}
                onAsk={(on) => {
                  setProblem("");
                  setAsking(on ? row.id : null);
                }}
                onKeys={(keys) => (keys === "" ? setProblem(t("shortcuts.unusable")) : choose(row, row.action, keys))}
              />
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={t("shortcuts.removeOf", { label: row.label })}
                disabled={row.keys === ""}
                onClick={() => choose(row, row.action, "")}
              >
                <IconX size={16} aria-hidden />
              </ActionIcon>
            </Group>
          </li>
        ))}
      </ul>
      <Group>
        <Button
          variant="default"
          leftSection={<IconArrowBackUp size={16} aria-hidden />}
          disabled={Object.keys(own ?? {}).length === 0}
          onClick={() => {
            setProblem("");
            save({ shortcuts: null });
          }}
        >
          {t("shortcuts.standard")}
        </Button>
      </Group>
    </Section>
  );
}
