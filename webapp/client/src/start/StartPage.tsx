import { Badge, Card, Group, SimpleGrid, Text, ThemeIcon } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { useMe } from "@/api/me";
import { Page } from "@/components/Page";
import { type Application, type ApplicationCode, applicationsOf } from "@/shell/applications";
import { useBadges } from "@/shell/badges";
import classes from "@/start/StartPage.module.css";
import { partOfDay } from "@/start/partOfDay";

type Tiled = Application & { code: Exclude<ApplicationCode, "start"> };

function Tile({ application: { code, icon: Picture, path, url } }: { application: Tiled }) {
  const { t } = useTranslation(["start", "shell"]);
  const waiting = useBadges()[code];
  const content = (
    <Group wrap="nowrap" align="flex-start">
      <ThemeIcon size={44} variant="light" radius="md">
        <Picture size={24} aria-hidden />
      </ThemeIcon>
      <div>
        <Group gap="xs">
          <Text fw={600}>{t(`shell:applications.${code}`)}</Text>
          {waiting !== undefined && <Badge size="sm">{t("newMessages", { count: waiting })}</Badge>}
        </Group>
        <Text size="sm" c="dimmed">
          {t(`about.${code}`)}
        </Text>
      </div>
    </Group>
  );
  return path === null ? (
    <Card component="a" href={url} withBorder className={classes.tile}>
      {content}
    </Card>
  ) : (
    <Card component={Link} to={path} withBorder className={classes.tile}>
      {content}
    </Card>
  );
}

/** The start page: who one is, and a tile for each application one may open. */
export function StartPage() {
  const { t } = useTranslation("start");
  const me = useMe();
  const numbers = me.extensions.map(({ number }) => number).join(", ");
  const where = me.organisation === null ? t("operator") : t("noExtension");
  const tiles = applicationsOf(me).filter((application): application is Tiled => application.code !== "start");
  return (
    <Page title={t(partOfDay(new Date(), me.shown_time_zone), { name: me.name })} width={960}>
      <Text mb="lg">{numbers === "" ? where : t("reachable", { numbers })}</Text>
      <SimpleGrid component="section" aria-label={t("tiles")} cols={{ base: 1, xs: 2, md: 3 }}>
        {tiles.map((application) => (
          <Tile key={application.code} application={application} />
        ))}
      </SimpleGrid>
    </Page>
  );
}
