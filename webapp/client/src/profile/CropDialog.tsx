import "react-easy-crop/react-easy-crop.css";

import { Alert, Box, Button, Group, Input, Modal, Slider, Stack, Text } from "@mantine/core";
import { useEffect, useState } from "react";
import Cropper from "react-easy-crop";
import { useTranslation } from "react-i18next";

import { cut, type Part } from "@/profile/crop";

interface Props {
  file: File;
  busy: boolean;
  onClose: () => void;
  onCropped: (cut: Blob) => void;
}

const MOST = 4;

/** Choosing the part of a picture that shows: by dragging, by fingers, by arrow keys. */
export function CropDialog({ file, busy, onClose, onCropped }: Props) {
  const { t } = useTranslation("profile");
  const close = useTranslation().t("close");
  const [url] = useState(() => URL.createObjectURL(file));
  const [crop, setCrop] = useState({ x: 0, y: 0 });
  const [zoom, setZoom] = useState(1);
  const [part, setPart] = useState<Part | null>(null);
  const [broken, setBroken] = useState(false);
  useEffect(() => () => URL.revokeObjectURL(url), [url]);
  const done = () => {
    if (part) cut(file, part).then(onCropped, () => setBroken(true));
  };
  return (
    <Modal opened onClose={onClose} title={t("crop.title")} closeButtonProps={{ "aria-label": close }}>
      <Stack>
        {broken ? (
          <Alert color="red" role="alert">
            {t("crop.broken")}
          </Alert>
        ) : (
          <Box pos="relative" h={300} bdrs="md" style={{ overflow: "hidden" }}>
            <Cropper
              image={url}
              crop={crop}
              zoom={zoom}
              maxZoom={MOST}
              aspect={1}
              cropShape="round"
              showGrid={false}
              disableAutomaticStylesInjection
              cropperProps={{ "aria-label": t("crop.area"), role: "group" }}
              mediaProps={{ alt: "", onError: () => setBroken(true) }}
              onCropChange={setCrop}
              onZoomChange={setZoom}
              onCropComplete={(_shown, pixels) => setPart(pixels)}
            />
          </Box>
        )}
        <Text size="sm" c="dimmed">
          {t("crop.text")}
        </Text>
        <div>
          <Input.Label component="div" mb={4} aria-hidden>
            {t("crop.zoom")}
          </Input.Label>
          <Slider
            min={1}
            max={MOST}
            step={0.1}
            label={null}
            value={zoom}
            onChange={setZoom}
            disabled={broken}
            thumbLabel={t("crop.zoom")}
          />
        </div>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("crop.cancel")}
          </Button>
          <Button disabled={part === null || broken} loading={busy} onClick={done}>
            {t("crop.use")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
