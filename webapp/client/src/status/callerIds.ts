/** The numbers that an extension may show outside. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { callerIdsListOptions } from "@/api/generated/@tanstack/react-query.gen";

interface Choice {
  value: string;
  label: string;
}

/** As choices of a list. Asked each time it opens: administrators give numbers and take them away. */
export function useCallerIds(extension: string): Choice[] {
  const { t } = useTranslation("status");
  const { data } = useQuery({ ...callerIdsListOptions({ query: { page_size: 200 } }), staleTime: 0 });
  // Supervisors are told of all there are.
  const mine = (data?.results ?? []).filter((each) => each.everyone || each.extensions?.includes(extension));
  return mine.map(({ id, name, shown }) => ({
    value: id,
    label: [name, shown].filter(Boolean).join(" · ") || t("callerIdHidden"),
  }));
}
