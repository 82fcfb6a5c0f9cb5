import { Button, FileButton, Group, Stack, Text } from "@mantine/core";
import { IconCamera, IconTrash } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";

import {
  mePhotoDestroyMutation,
  mePhotoUpdateMutation,
  meProfileRetrieveQueryKey,
} from "@/api/generated/@tanstack/react-query.gen";
import { useErrorText } from "@/components/errors";
import { PersonAvatar } from "@/components/PersonAvatar";
import { toastDone, toastProblem } from "@/components/toasts";

const CropDialog = lazy(async () => ({ default: (await import("@/profile/CropDialog")).CropDialog }));

const TYPES = "image/jpeg,image/png,image/webp,image/gif";

/** The photo, with a way to another one and to none. */
export function Photo({ name, photo }: { name: string; photo: string | null }) {
  const { t } = useTranslation("profile");
  const client = useQueryClient();
  const errorText = useErrorText();
  const [file, setFile] = useState<File | null>(null);
  const options = {
    onError: (error: unknown) => toastProblem(errorText(error)),
    onSettled: () => client.invalidateQueries({ queryKey: meProfileRetrieveQueryKey() }),
  };
  const upload = useMutation({
    ...mePhotoUpdateMutation(),
    ...options,
    onSuccess: () => {
      setFile(null);
      toastDone(t("photo.saved"));
    },
  });
  const remove = useMutation({
    ...mePhotoDestroyMutation(),
    ...options,
    onSuccess: () => toastDone(t("photo.removed")),
  });
  return (
    <>
      <PersonAvatar name={name} photo={photo} size={96} />
      <Stack gap="xs">
        <Group gap="xs">
          <FileButton accept={TYPES} onChange={setFile} key={file ? "chosen" : "none"}>
            {(props) => (
              <Button {...props} variant="default" leftSection={<IconCamera size={18} aria-hidden />}>
                {photo === null ? t("photo.add") : t("photo.change")}
              </Button>
            )}
          </FileButton>
          {photo !== null && (
            <Button
              variant="subtle"
              color="red"
              leftSection={<IconTrash size={18} aria-hidden />}
              loading={remove.isPending}
              onClick={() => remove.mutate({})}
            >
              {t("photo.remove")}
            </Button>
          )}
        </Group>
        <Text size="sm" c="dimmed">
          {t("photo.who")}
        </Text>
      </Stack>
      <Suspense fallback={null}>
        {file && (
          <CropDialog
            file={file}
            busy={upload.isPending}
            onClose={() => setFile(null)}
            onCropped={(cut) => upload.mutate({ body: { file: cut } })}
          />
        )}
      </Suspense>
    </>
  );
}
