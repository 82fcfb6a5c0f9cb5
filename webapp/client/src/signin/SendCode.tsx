import { Button, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { authSecondFactorMailCreateMutation } from "@/api/generated/@tanstack/react-query.gen";
import { Problem } from "@/signin/Entrance";

/** Seconds between two letters; the server holds to it. */
const BETWEEN = 30;

/** Has a code sent by mail, and another when it does not come. */
export function SendCode({ onSent }: { onSent: () => void }) {
  const { t } = useTranslation("signin");
  const [wait, setWait] = useState(0);
  const mail = useMutation({
    ...authSecondFactorMailCreateMutation(),
    onSuccess: () => {
      setWait(BETWEEN);
      onSent();
    },
  });
  useEffect(() => {
    if (wait === 0) return;
    const timer = setTimeout(() => setWait(wait - 1), 1000);
    return () => clearTimeout(timer);
  }, [wait]);
  return (
    <>
      <Problem error={mail.error} />
      {mail.isSuccess && (
        <Text role="status" size="sm">
          {t("second.sent")}
        </Text>
      )}
      <Button variant="default" loading={mail.isPending} disabled={wait > 0} onClick={() => mail.mutate({})}>
        {wait > 0 ? t("second.again", { count: wait }) : t("second.send")}
      </Button>
    </>
  );
}
