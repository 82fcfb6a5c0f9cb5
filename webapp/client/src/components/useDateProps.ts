/** What all fields have that open a calendar. */
import "@mantine/dates/styles.css";
import "dayjs/locale/nl";

import { useTranslation } from "react-i18next";

/** For every `DateInput` and `DatePickerInput`: language, weeks from Monday, what its arrows do. Days of other
 * months are left out, because they are too faint to read. */
export function useDateProps() {
  const { t, i18n } = useTranslation("around");
  return {
    locale: i18n.language,
    firstDayOfWeek: 1,
    hideOutsideDates: true,
    ariaLabels: {
      previousMonth: t("dates.previousMonth"),
      nextMonth: t("dates.nextMonth"),
      previousYear: t("dates.previousYear"),
      nextYear: t("dates.nextYear"),
      previousDecade: t("dates.previousDecade"),
      nextDecade: t("dates.nextDecade"),
    },
  } as const;
}
