import { SegmentedControl, useMantineColorScheme } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { useSavePreferences } from "@/settings/preferences";

/** Light, dark, or as the machine has it. */
export function Appearance() {
  const { t } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const save = useSavePreferences();
  return (
    <SegmentedControl
      fullWidth
      size="xs"
      aria-label={t("theme")}
      value={colorScheme}
      onChange={(theme) => {
        setColorScheme(theme);
        save({ theme });
      }}
      data={[
        { value: "auto", label: t("themeAuto") },
        { value: "light", label: t("themeLight") },
        { value: "dark", label: t("themeDark") },
      ]}
    />
  );
}
