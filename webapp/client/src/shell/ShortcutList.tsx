import { Modal, Table, Text, Title } from "@mantine/core";
import { Fragment } from "react";
import { useTranslation } from "react-i18next";

import { Keys } from "@/shell/Keys";
import { type Shortcut, useShortcuts } from "@/shell/shortcuts";

function byGroup(shortcuts: Iterable<Shortcut>): [string, Shortcut[]][] {
  const groups = new Map<string, Shortcut[]>();
  for (const shortcut of shortcuts) groups.set(shortcut.group, [...(groups.get(shortcut.group) ?? []), shortcut]);
  return [...groups];
}

/** The list of all shortcuts that work now. */
export function ShortcutList({ close }: { close: () => void }) {
  const { t } = useTranslation();
  const shown = useShortcuts((state) => state.shown);
  return (
    <Modal opened onClose={close} title={t("shortcuts.title")} closeButtonProps={{ "aria-label": t("close") }}>
      {byGroup(shown.values()).map(([group, shortcuts]) => (
        <Fragment key={group}>
          <Title order={3} size="h5" mt="sm">
            {group}
          </Title>
          <Table>
            <Table.Tbody>
              {shortcuts.map(({ id, keys, label }) => (
                <Table.Tr key={id}>
                  <Table.Td>
                    <Text size="sm">{label}</Text>
                  </Table.Td>
                  <Table.Td ta="right">
                    <Keys keys={keys} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Fragment>
      ))}
    </Modal>
  );
}
