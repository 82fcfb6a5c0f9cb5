import { NativeSelect } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { statusesListOptions } from "@/api/generated/@tanstack/react-query.gen";
import { useMe } from "@/api/me";

/** The organisation's statuses; undefined until they are known. */
export function useStatuses() {
  return useQuery(statusesListOptions({ query: { page_size: 200 } })).data?.results;
}

interface Props {
  value: string | null;
  change: (status: string | null) => void;
}

/** Which status; the organisation's usual one is null. */
export function StatusField({ value, change }: Props) {
  const { t } = useTranslation("calendar");
  const statuses = useStatuses() ?? [];
  const usual = statuses.find((each) => each.default);
  const others = statuses.filter((each) => !each.default);
  return (
    <NativeSelect
      label={t("status")}
      value={value === usual?.id ? "" : (value ?? "")}
      onChange={(event) => change(event.currentTarget.value || null)}
      data={[
        ...others.map(({ id, name }) => ({ value: id, label: name })),
        { value: "", label: usual ? t("usualNamed", { name: usual.name }) : t("usual") },
      ]}
    />
  );
}

/** In which role: people with several extensions have a status in each. */
export function ExtensionField({ value, change }: { value: string; change: (extension: string) => void }) {
  const { t } = useTranslation("calendar");
  const { extensions } = useMe();
  if (extensions.length < 2) return null;
  return (
    <NativeSelect
      label={t("extension")}
      value={value}
      onChange={(event) => change(event.currentTarget.value)}
      data={extensions.map(({ id, number, name }) => ({ value: id, label: `${name} (${number})` }))}
    />
  );
}
