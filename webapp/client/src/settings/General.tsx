import { Input, SegmentedControl, Select, Stack, useMantineColorScheme } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useId } from "react";
import { useTranslation } from "react-i18next";

import { mePartialUpdateMutation } from "@/api/generated/@tanstack/react-query.gen";
import { meOptions, useMe } from "@/api/me";
import { useErrorText } from "@/components/errors";
import { format, useFormat } from "@/components/format";
import { toastDone, toastProblem } from "@/components/toasts";
import { usePreferences, useSavePreferences } from "@/settings/preferences";
import { Section } from "@/settings/Section";

/** Stands for the organisation's choice: a Select has no empty value. */
const AS_ORGANISATION = "organisation";
const ZONES = Intl.supportedValuesOf("timeZone");

/** Language, times and appearance. */
export function General() {
  const { t } = useTranslation("settings");
  return (
    <>
      <Section title={t("general.language")}>
        <Language />
      </Section>
      <Section title={t("general.times")}>
        <TimeZone />
        <TimeFormat />
      </Section>
      <Section title={t("general.appearance")}>
        <Theme />
      </Section>
    </>
  );
}

function useSaveMe() {
  const { t } = useTranslation("settings");
  const client = useQueryClient();
  const errorText = useErrorText();
  return useMutation({
    ...mePartialUpdateMutation(),
    onSuccess: (me) => {
      client.setQueryData(meOptions.queryKey, me);
      // Names and sentences of the server are in the language of the person.
      void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey !== meOptions.queryKey });
      toastDone(t("saved"));
    },
    onError: (error) => toastProblem(errorText(error)),
  });
}

function Language() {
  const { t } = useTranslation("settings");
  const { language } = useMe();
  const save = useSaveMe();
  return (
    <Select
      label={t("general.languageOfScreens")}
      allowDeselect={false}
      value={language || AS_ORGANISATION}
      data={[
        { value: AS_ORGANISATION, label: t("general.asOrganisation") },
        { value: "nl", label: "Nederlands" },
        { value: "en", label: "English" },
      ]}
      onChange={(value) => save.mutate({ body: { language: value === "nl" || value === "en" ? value : "" } })}
    />
  );
}

function TimeZone() {
  const { t } = useTranslation("settings");
  const { time_zone: own, shown_time_zone: shown } = useMe();
  const save = useSaveMe();
  const { time } = useFormat();
  return (
    <Select
      label={t("general.timeZone")}
      description={t("general.now", { time: time(new Date()), zone: shown })}
      searchable
      allowDeselect={false}
      nothingFoundMessage={t("general.noZone")}
      limit={100}
      value={own || AS_ORGANISATION}
      data={[
        { value: AS_ORGANISATION, label: t("general.asOrganisation") },
        ...ZONES.map((zone) => ({ value: zone, label: zone.replaceAll("_", " ") })),
      ]}
      onChange={(zone) => save.mutate({ body: { time_zone: zone === null || zone === AS_ORGANISATION ? "" : zone } })}
    />
  );
}

function TimeFormat() {
  const { t, i18n } = useTranslation("settings");
  const { time_format: chosen = "24" } = usePreferences();
  const save = useSavePreferences();
  const id = useId();
  const example = (twelve: boolean) => format(i18n.language, "UTC", twelve).time(new Date(Date.UTC(2026, 0, 1, 14, 5)));
  return (
    <Stack gap={4} align="flex-start">
      <Input.Label component="div" id={id}>
        {t("general.timeFormat")}
      </Input.Label>
      <SegmentedControl
        aria-labelledby={id}
        value={chosen}
        onChange={(value) => save({ time_format: value })}
        data={[
          { value: "24", label: example(false) },
          { value: "12", label: example(true) },
        ]}
      />
    </Stack>
  );
}

function Theme() {
  const { t } = useTranslation("settings");
  const shell = useTranslation().t;
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const save = useSavePreferences();
  return (
    <SegmentedControl
      aria-label={t("general.appearance")}
      value={colorScheme}
      onChange={(theme) => {
        setColorScheme(theme);
        save({ theme });
      }}
      data={[
        { value: "auto", label: shell("themeAuto") },
        { value: "light", label: shell("themeLight") },
        { value: "dark", label: shell("themeDark") },
      ]}
    />
  );
}
