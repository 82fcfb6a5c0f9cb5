import { Button, Box, CloseButton, Group, Paper, Stack, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import {
  blockedNumbersCreateMutation,
  blockedNumbersDestroyMutation,
  blockedNumbersListOptions,
} from "@/api/generated/@tanstack/react-query.gen";
import { useErrorText } from "@/components/errors";
import { LoadingFailed } from "@/components/states";
import { toastProblem } from "@/components/toasts";

/** Blocked numbers of nobody in the books. */
export function BlockedNumbers() {
  const { t } = useTranslation("contacts");
  const [number, setNumber] = useState("");
  const client = useQueryClient();
  const errorText = useErrorText();
  const options = blockedNumbersListOptions({ query: { page_size: 200 } });
  const found = useQuery(options);
  const reload = () => client.invalidateQueries({ queryKey: options.queryKey });
  const add = useMutation({
    ...blockedNumbersCreateMutation(),
    onSuccess: () => {
      setNumber("");
      return reload();
    },
  });
  const remove = useMutation({
    ...blockedNumbersDestroyMutation(),
    onSuccess: reload,
    onError: (error) => toastProblem(errorText(error)),
  });
  return (
    <Box mt="lg">
      <Title order={2} size="h4">
        {t("blockedNumbers.title")}
      </Title>
      <Text c="dimmed" mb="sm">
        {t("blockedNumbers.text")}
      </Text>
      {found.error && <LoadingFailed error={found.error} retry={() => void found.refetch()} />}
      <Stack gap="xs" mb="sm">
        {found.data?.results.map(({ id, display, number: raw }) => (
          <Paper key={id} withBorder px="sm" py={4}>
            <Group justify="space-between">
              <Text>{display || raw}</Text>
              <CloseButton
                aria-label={t("blockedNumbers.remove", { number: display || raw })}
                onClick={() => remove.mutate({ path: { id } })}
              />
            </Group>
          </Paper>
        ))}
      </Stack>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (number.trim() !== "") add.mutate({ body: { number: number.trim() } });
        }}
      >
        <Group align="flex-end" gap="xs">
          <TextInput
            type="tel"
            label={t("blockedNumbers.add")}
            autoComplete="off"
            value={number}
            error={add.error ? errorText(add.error) : undefined}
            onChange={(event) => {
              setNumber(event.currentTarget.value);
              add.reset();
            }}
          />
          <Button type="submit" loading={add.isPending}>
            {t("blockedNumbers.button")}
          </Button>
        </Group>
      </form>
    </Box>
  );
}
