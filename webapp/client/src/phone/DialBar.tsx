import { ActionIcon, Combobox, Group, Text, TextInput, useCombobox } from "@mantine/core";
import { IconAdjustments, IconDialpad, IconPhone } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { toastProblem } from "@/components/toasts";
import { useShortcut } from "@/shell/shortcuts";

import { DialOptionsMenu, useDialling } from "./DialOptions";
import { Keypad } from "./Keypad";
import { PresenceDot } from "./PresenceDot";
import { dialable, type Person, usePeople } from "./usePeople";

const MOST = 8;
const FIELD = "dial-field";

/** Type or paste a name or number, choose, call. `start`: what the field holds at first (a tel: link). */
export function DialBar({ start = "" }: { start?: string }) {
  const { t } = useTranslation("phone");
  const [text, setText] = useState(dialable(start) || start);
  const [keys, setKeys] = useState(false);
  const people = usePeople(text).slice(0, MOST);
  const combobox = useCombobox({ onDropdownOpen: () => combobox.selectFirstOption() });
  const dialling = useDialling();
  useShortcut({ id: "phone.dial", keys: "/", label: t("dial.label"), group: t("title") }, () => {
    document.getElementById(FIELD)?.focus();
  });
  const call = (number: string) => {
    if (!number) {
      toastProblem(t("dial.redial"));
      return;
    }
    dialling.dial(number);
    setText("");
    combobox.closeDropdown();
  };
  return (
    <Combobox store={combobox} onOptionSubmit={call}>
      <Combobox.Target>
        <TextInput
          id={FIELD}
          size="lg"
          aria-label={t("dial.label")}
          placeholder={t("dial.placeholder")}
          value={text}
          autoComplete="off"
          // A number that came by a link is called with Enter.
          autoFocus={start !== ""}
          onChange={(event) => {
            setText(event.currentTarget.value);
            combobox.openDropdown();
          }}
          onBlur={() => combobox.closeDropdown()}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || combobox.dropdownOpened) return;
            call(dialable(text));
          }}
          rightSectionWidth={140}
          rightSection={
            <Group gap={4} wrap="nowrap">
              <ActionIcon
                size="lg"
                variant={keys ? "filled" : "subtle"}
                aria-label={t("dial.keypad")}
                aria-pressed={keys}
                onClick={() => setKeys(!keys)}
              >
                <IconDialpad size={20} />
              </ActionIcon>
              <DialOptionsMenu dialling={dialling} icon={<IconAdjustments size={20} />} />
              <ActionIcon
                size="lg"
                color="green"
                variant="filled"
                aria-label={t("dial.call")}
                onClick={() => call(dialable(text) || (people[0]?.number ?? ""))}
              >
                <IconPhone size={20} />
              </ActionIcon>
            </Group>
          }
        />
      </Combobox.Target>
      <Combobox.Dropdown hidden={!text.trim() || people.length === 0}>
        <Combobox.Options aria-label={t("dial.found")}>
          {people.map((person) => (
            <Combobox.Option key={person.key} value={person.number}>
              <Suggestion person={person} />
            </Combobox.Option>
          ))}
        </Combobox.Options>
      </Combobox.Dropdown>
      {keys ? <Keypad onKey={(key) => setText(text + key)} /> : null}
    </Combobox>
  );
}

function Suggestion({ person }: { person: Person }) {
  const { t } = useTranslation("phone");
  return (
    <Group gap="xs" wrap="nowrap">
      <PresenceDot state={person.presence} />
      <Text truncate>{person.name || t("dial.callNumber", { number: person.number })}</Text>
      {person.name ? (
        <Text c="dimmed" size="sm">
          {person.display}
        </Text>
      ) : null}
    </Group>
  );
}
