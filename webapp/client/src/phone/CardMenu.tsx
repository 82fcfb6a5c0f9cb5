import { ActionIcon, Menu } from "@mantine/core";
import {
  IconDeviceMobile,
  IconDots,
  IconHeadset,
  IconMessage,
  IconNote,
  IconUserPlus,
} from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import type { Card } from "./cards";
import { moveTo } from "./commands";
import { useOtherPhones } from "./mine";
import { phone } from "./phone";
import { useCommand } from "./useCommand";

/** What is done to a call now and then. */
export function CardMenu({ card, onNote }: { card: Card; onNote: () => void }) {
  const { t } = useTranslation("phone");
  const { run } = useCommand();
  const navigate = useNavigate();
  const { call, leg } = card;
  const own = call?.legs.find((each) => each.id === call.my_leg);
  const others = useOtherPhones(own?.device ?? null);
  if (!call) return null;
  return (
    <Menu position="bottom-end" withArrow>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={t("action.more")}>
          <IconDots size={20} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {!leg && own ? (
          <Menu.Item
            leftSection={<IconHeadset size={18} />}
            onClick={() => phone.take(own.id, card.number, card.name)}
          >
            {t("action.takeHere")}
          </Menu.Item>
        ) : null}
        {leg?.state === "talking"
          ? others.map((device) => (
              <Menu.Item
                key={device.id}
                leftSection={<IconDeviceMobile size={18} />}
                onClick={() => run(() => moveTo(call.id, device.id))}
              >
                {t("action.move", { device: device.name })}
              </Menu.Item>
            ))
          : null}
        <Menu.Item leftSection={<IconNote size={18} />} onClick={onNote}>
          {t("action.note")}
        </Menu.Item>
        {card.number !== "" ? (
          <Menu.Item
            leftSection={<IconUserPlus size={18} />}
            onClick={() =>
              void navigate({
                to: "/contacts",
                search: { add: card.number, ...(card.name && { name: card.name }) },
              })
            }
          >
            {t("action.addContact")}
          </Menu.Item>
        ) : null}
        <Menu.Item leftSection={<IconMessage size={18} />} disabled title={t("chatSoon")}>
          {t("action.chat")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
