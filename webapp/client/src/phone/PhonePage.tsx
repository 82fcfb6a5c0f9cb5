import {
  DndContext,
  type DragEndEvent,
  KeyboardSensor,
  PointerSensor,
  useSensor,
  useSensors,
} from "@dnd-kit/core";
import { Grid, Stack } from "@mantine/core";
import { IconPhone } from "@tabler/icons-react";
import { getRouteApi } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { Page } from "@/components/Page";
import { EmptyState } from "@/components/states";
import { toastDone } from "@/components/toasts";

import { Aside } from "./Aside";
import { AudioMenu } from "./AudioMenu";
import { CallCard } from "./CallCard";
import type { Card } from "./cards";
import { transferTo } from "./commands";
import { DialBar } from "./DialBar";
import { LineNotice } from "./LineNotice";
import { useCards } from "./useCards";
import { useCommand } from "./useCommand";

const route = getRouteApi("/signed-in/phone");

/** The phone: dial, the calls that go on, colleagues, parked calls. */
export function PhonePage() {
  const { t } = useTranslation("phone");
  const { dial } = route.useSearch();
  const calls = useCards().filter((card) => card.state !== "incoming");
  const { run } = useCommand();
  const sensors = useSensors(
    useSensor(PointerSensor, { activationConstraint: { distance: 8 } }),
    useSensor(KeyboardSensor),
  );
  const dropped = ({ active, over }: DragEndEvent) => {
    const call = (active.data.current?.card as Card | undefined)?.call;
    const to = over?.data.current as { number: string; name: string } | undefined;
    if (!call || !to) return;
    run(async () => {
      await transferTo(call.id, to.number);
      toastDone(t("transfer.done", { who: to.name || to.number }));
    });
  };
  return (
    <DndContext sensors={sensors} onDragEnd={dropped}>
      <Page title={t("title")} actions={<AudioMenu />}>
        <Grid gap="md">
          <Grid.Col span={{ base: 12, md: 7, lg: 8 }}>
            <Stack gap="md">
              <LineNotice />
              <DialBar key={dial} start={dial ?? ""} />
              {calls.map((card) => (
                <CallCard key={card.key} card={card} />
              ))}
              {calls.length === 0 ? (
                <EmptyState icon={IconPhone} title={t("line.ready")} text={t("noCalls")} />
              ) : null}
            </Stack>
          </Grid.Col>
          <Grid.Col span={{ base: 12, md: 5, lg: 4 }}>
            <Aside />
          </Grid.Col>
        </Grid>
      </Page>
    </DndContext>
  );
}
