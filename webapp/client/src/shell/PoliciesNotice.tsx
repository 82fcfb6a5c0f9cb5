import { Alert, Anchor } from "@mantine/core";
import { Link, useLocation } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { useMe } from "@/api/me";

/** Who calls before accepting the policies is told why the rest does not open. */
export function PoliciesNotice() {
  const { t } = useTranslation();
  const { pending_policies: pending } = useMe();
  const here = useLocation({ select: ({ href }) => href });
  if (pending.length === 0) return null;
  return (
    <Alert color="yellow" mb="md">
      {t("policiesPending")}{" "}
      <Anchor inherit renderRoot={(props) => <Link {...props} to="/sign-in" search={{ next: here }} />}>
        {t("policiesRead")}
      </Anchor>
    </Alert>
  );
}
