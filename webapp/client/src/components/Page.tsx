import { Box, Group, Title } from "@mantine/core";
import { type ReactNode, useEffect } from "react";
import { useTranslation } from "react-i18next";

/** Sets the title of the browser tab. */
export function usePageTitle(title: string): void {
  const { t } = useTranslation();
  useEffect(() => {
    document.title = `${title} – ${t("app")}`;
  }, [title, t]);
}

interface Props {
  title: string;
  /** Buttons at the right of the title. */
  actions?: ReactNode;
  /** Widest the content gets, in px; screens with tables leave it out. */
  width?: number;
  children: ReactNode;
}

/** A screen: its title in the tab and as the one h1, its main buttons, its content. */
export function Page({ title, actions, width, children }: Props) {
  usePageTitle(title);
  return (
    <Box {...(width !== undefined && { maw: width, mx: "auto" })}>
      <Group justify="space-between" mb="md" mih={36}>
        <Title order={1}>{title}</Title>
        {actions}
      </Group>
      {children}
    </Box>
  );
}
