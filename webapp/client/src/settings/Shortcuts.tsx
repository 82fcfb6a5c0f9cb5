import { Alert, Button, Group, Kbd, Table, Text, VisuallyHidden } from "@mantine/core";
import { type KeyboardEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import { actionOf, holder, keysOf } from "@/settings/keys";
import { usePreferences, useSavePreferences } from "@/settings/preferences";
import { Section } from "@/settings/Section";
import { type Shortcut, useShortcuts } from "@/shell/shortcuts";

/** Keys of one's own. One set of keys does one thing. */
export function Shortcuts() {
  const { t } = useTranslation("settings");
  const shown = useShortcuts((state) => state.shown);
  const { shortcuts: own = {} } = usePreferences();
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
        <Alert color="red" role="alert">
          {problem}
        </Alert>
      )}
      <Table verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("shortcuts.what")}</Table.Th>
            <Table.Th>{t("shortcuts.keys")}</Table.Th>
            <Table.Th ta="right">
              <VisuallyHidden>{t("shortcuts.change")}</VisuallyHidden>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.id}>
              <Table.Td>{row.label}</Table.Td>
              <Table.Td>
                {row.keys === "" ? <Text c="dimmed">{t("shortcuts.none")}</Text> : <Keys keys={row.keys} />}
              </Table.Td>
              <Table.Td>
                <Group gap={4} justify="flex-end">
                  <ChangeKeys
                    label={row.label}
                    asking={asking === row.id}
                    onAsk={(on) => {
                      setProblem("");
                      setAsking(on ? row.id : null);
                    }}
                    onKeys={(keys) => (keys === "" ? setProblem(t("shortcuts.unusable")) : choose(row, row.action, keys))}
                  />
                  <Button
                    size="compact-sm"
                    variant="subtle"
                    aria-label={t("shortcuts.removeOf", { label: row.label })}
                    disabled={own[row.action] === ""}
                    onClick={() => choose(row, row.action, "")}
                  >
                    {t("shortcuts.remove")}
                  </Button>
                </Group>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Section>
  );
}

interface ChangeProps {
  label: string;
  asking: boolean;
  onAsk: (on: boolean) => void;
  onKeys: (keys: string) => void;
}

/** A button that, once pressed, takes the next keys. Escape and Tab leave it. */
function ChangeKeys({ label, asking, onAsk, onKeys }: ChangeProps) {
  const { t } = useTranslation("settings");
  const press = (event: KeyboardEvent) => {
    if (!asking || event.key === "Tab") return;
    event.preventDefault();
    // The keys are chosen here, not obeyed.
    event.nativeEvent.stopImmediatePropagation();
    const keys = event.key === "Escape" ? null : keysOf(event.nativeEvent);
    if (event.key === "Escape") onAsk(false);
    else if (keys !== null) onKeys(keys);
  };
  return (
    <Button
      size="compact-sm"
      variant={asking ? "filled" : "default"}
      aria-label={asking ? t("shortcuts.pressFor", { label }) : t("shortcuts.changeOf", { label })}
      onClick={() => !asking && onAsk(true)}
      onBlur={() => asking && onAsk(false)}
      onKeyDown={press}
      onKeyUp={(event) => asking && event.preventDefault()}
    >
      {asking ? t("shortcuts.press") : t("shortcuts.change")}
    </Button>
  );
}

function Keys({ keys }: { keys: string }) {
  const { t } = useTranslation();
  return keys.split(">").map((combination, index) => (
    <span key={combination}>
      {index > 0 && ` ${t("shortcuts.then")} `}
      {combination.split("+").map((key, place) => (
        <span key={key}>
          {place > 0 && " + "}
          <Kbd>{key}</Kbd>
        </span>
      ))}
    </span>
  ));
}
