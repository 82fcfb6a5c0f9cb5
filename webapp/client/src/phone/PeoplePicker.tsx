import { Button, Group, ScrollArea, Stack, Text, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { PresenceDot } from "./PresenceDot";
import { type Person, usePeople } from "./usePeople";

interface PeoplePickerProps {
  readonly label: string;
  readonly empty: string;
  /** The buttons behind each person. */
  readonly actions: (person: Person) => ReactNode;
}

/** Search among colleagues and contacts; a whole number can be typed too. */
export function PeoplePicker({ label, empty, actions }: PeoplePickerProps) {
  const { t } = useTranslation("phone");
  const [wanted, setWanted] = useState("");
  const people = usePeople(wanted);
  return (
    <Stack gap="sm">
      <TextInput
        autoFocus
        data-autofocus
        label={label}
        leftSection={<IconSearch size={18} />}
        value={wanted}
        onChange={(event) => setWanted(event.currentTarget.value)}
      />
      <ScrollArea.Autosize mah={320} type="auto" offsetScrollbars styles={{ content: { minWidth: 0 } }}>
        <Stack gap={8}>
          {people.map((person) => (
            <Group key={person.key} justify="space-between" gap={4}>
              <Group gap="xs" wrap="nowrap" miw={0} flex="1 1 8rem">
                <PresenceDot state={person.presence} />
                <Stack gap={0} miw={0}>
                  <Text truncate>{person.name || person.number}</Text>
                  <Text size="xs" c="dimmed">
                    {person.name ? person.display : ""}
                    {person.presence ? ` · ${t(`presence.${person.presence}`)}` : ""}
                  </Text>
                </Stack>
              </Group>
              <Button.Group>{actions(person)}</Button.Group>
            </Group>
          ))}
          {people.length === 0 ? <Text c="dimmed">{empty}</Text> : null}
        </Stack>
      </ScrollArea.Autosize>
    </Stack>
  );
}
