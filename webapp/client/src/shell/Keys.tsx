import { Kbd } from "@mantine/core";
import { Fragment } from "react";
import { useTranslation } from "react-i18next";

/** Keys as they stand on a keyboard: "ctrl+shift+m", "g>p" for one after the other. */
export function Keys({ keys }: { keys: string }) {
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
