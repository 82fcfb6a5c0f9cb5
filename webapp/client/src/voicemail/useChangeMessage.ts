import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { voicemailPartialUpdate } from "@/api/generated/sdk.gen";
import type { Message, PatchedMessageChangeRequest } from "@/api/generated/types.gen";
import { useErrorText } from "@/components/errors";
import { toastDone, toastProblem } from "@/components/toasts";
import { toastUndo } from "@/components/undo";

interface Changes {
  read: (message: Message, read: boolean) => void;
  remove: (message: Message) => void;
  takeBack: (message: Message) => void;
}

/** What is done to a message. A message that goes from the list takes its row along, so nothing here is a
 * mutation of that row. */
export function useChangeMessage(): Changes {
  const { t } = useTranslation(["voicemail", "around"]);
  const client = useQueryClient();
  const errorText = useErrorText();
  const change = (id: string, body: PatchedMessageChangeRequest, done?: () => void) => {
    void voicemailPartialUpdate({ path: { id }, body, throwOnError: true })
      .then(() => {
        done?.();
        return client.invalidateQueries({ queryKey: ["voicemail"] });
      })
      .catch((error: unknown) => toastProblem(errorText(error)));
  };
  const takeBack = ({ id }: Message) => change(id, { deleted: false }, () => toastDone(t("takenBack")));
  return {
    read: ({ id, read_at: at }, read) => {
      if ((at !== null) !== read) change(id, { read });
    },
    remove: (message) => {
      const undo = () => takeBack(message);
      change(message.id, { deleted: true }, () => toastUndo(t("deleted"), t("around:undo"), undo));
    },
    takeBack,
  };
}
