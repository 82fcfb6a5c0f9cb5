import { Kbd, Modal, Table, Text, Title } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { Fragment, useState } from "react";
import { useTranslation } from "react-i18next";

import { useMe } from "@/api/me";
import { type Application, applicationsOf } from "@/shell/applications";
import { type Shortcut, useShortcut, useShortcuts } from "@/shell/shortcuts";

function Keys({ keys }: { keys: string }) {
  const { t } = useTranslation();
  return keys.split(">").map((combination, index) => (
    <Fragment key={combination}>
      {index > 0 && ` ${t("shortcuts.then")} `}
      {combination.split("+").map((key, place) => (
        <Fragment key={key}>
          {place > 0 && " + "}
          <Kbd>{key}</Kbd>
        </Fragment>
      ))}
    </Fragment>
  ));
}

function GoTo({ application }: { application: Application }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { code, key, path, url } = application;
  const shortcut = {
    id: `shell.goTo.${code}`,
    keys: `g>${key}`,
    label: t("shortcuts.goTo", { place: t(`applications.${code}`) }),
    group: t("shortcuts.everywhere"),
  };
  useShortcut(shortcut, () => (path === null ? location.assign(url) : void navigate({ to: path })));
  return null;
}

function byGroup(shortcuts: Iterable<Shortcut>): [string, Shortcut[]][] {
  const groups = new Map<string, Shortcut[]>();
  for (const shortcut of shortcuts) groups.set(shortcut.group, [...(groups.get(shortcut.group) ?? []), shortcut]);
  return [...groups];
}

/** The shortcuts of the shell, and the list of all that work now, opened with `?`. */
export function ShortcutSheet() {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const shown = useShortcuts((state) => state.shown);
  const show = { id: "shell.shortcuts", keys: "?", label: t("shortcuts.show"), group: t("shortcuts.everywhere") };
  useShortcut(show, () => setOpen((before) => !before));
  return (
    <>
      {applicationsOf(useMe()).map((application) => (
        <GoTo key={application.code} application={application} />
      ))}
      <Modal
        opened={open}
        onClose={() => setOpen(false)}
        title={t("shortcuts.title")}
        closeButtonProps={{ "aria-label": t("close") }}
      >
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
    </>
  );
}
