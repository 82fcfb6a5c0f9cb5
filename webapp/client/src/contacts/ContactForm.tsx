import { ActionIcon, Alert, Button, Fieldset, Group, Modal, SegmentedControl, Select, SimpleGrid, Stack, Textarea, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { Controller, useFieldArray, useForm, type UseFormReturn } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { contactsCreate, contactsPartialUpdate } from "@/api/generated/sdk.gen";
import type { Entry } from "@/api/generated/types.gen";
import { atLeast, useMe } from "@/api/me";
import { showFieldErrors, useErrorText } from "@/components/errors";
import { toastDone } from "@/components/toasts";
import { useContactsChanged } from "@/contacts/changed";
import { type Draft, FIELDS, NUMBER_TYPES, type Values } from "@/contacts/draft";

interface Props {
  draft: Draft | null;
  /** With the contact when it was saved. */
  close: (saved?: Entry) => void;
}

/** The form of a new contact, or of one that is changed. */
export function ContactForm({ draft, close }: Props) {
  const { t } = useTranslation(["contacts", "shell"]);
  return (
    <Modal
      opened={draft !== null}
      onClose={() => close()}
      size="lg"
      title={draft?.id === null ? t("new") : t("edit")}
      closeButtonProps={{ "aria-label": t("shell:close") }}
    >
      {draft && <Fields draft={draft} close={close} />}
    </Modal>
  );
}

function Fields({ draft, close }: { draft: Draft; close: Props["close"] }) {
  const { t } = useTranslation(["contacts", "around"]);
  const me = useMe();
  const changed = useContactsChanged();
  const form = useForm<Values>({ defaultValues: draft.values });
  const save = useSave(draft, form, (saved) => {
    toastDone(t("saved"));
    void changed();
    close(saved);
  });
  const { errors } = form.formState;
  const errorText = useErrorText();
  const [nameless, setNameless] = useState(false);
  // What the server said of a list stays at it, and would hold back the next try: cleared as that begins.
  const submit = form.handleSubmit((values) => {
    const named = [values.first_name, values.last_name, values.company].some((each) => each.trim() !== "");
    setNameless(!named);
    if (named) save.mutate(values);
  });
  const problem = nameless ? t("needsName") : save.error && Object.keys(errors).length === 0 ? errorText(save.error) : "";
  return (
    <form onSubmitCapture={() => form.clearErrors()} onSubmit={submit} noValidate>
      <Stack>
        {problem !== "" && (
          <Alert color="red" role="alert">
            {problem}
          </Alert>
        )}
        {draft.id === null && atLeast(me, "supervisor") && (
          <Controller
            control={form.control}
            name="kind"
            render={({ field: { value, onChange } }) => (
              <SegmentedControl
                aria-label={t("fields.kind")}
                data={[
                  { value: "personal", label: t("fields.personal") },
                  { value: "external", label: t("fields.external") },
                ]}
                value={value}
                onChange={onChange}
              />
            )}
          />
        )}
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
          {FIELDS.filter((field) => field !== "note" && field !== "address").map((field, index) => (
            <TextInput
              key={field}
              label={t(`fields.${field}`)}
              type={field === "email" ? "email" : "text"}
              maxLength={200}
              autoComplete="off"
              data-autofocus={index === 0 || undefined}
              error={errors[field]?.message}
              {...form.register(field)}
            />
          ))}
        </SimpleGrid>
        <Numbers form={form} />
        <Textarea label={t("fields.address")} autosize error={errors.address?.message} {...form.register("address")} />
        <Textarea label={t("fields.note")} autosize minRows={2} error={errors.note?.message} {...form.register("note")} />
        <Group justify="flex-end">
          <Button variant="default" onClick={() => close()}>
            {t("around:cancel")}
          </Button>
          <Button type="submit" loading={save.isPending}>
            {t("save")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function useSave(draft: Draft, form: UseFormReturn<Values>, done: (saved: Entry) => void) {
  return useMutation({
    mutationFn: async ({ kind, numbers, ...fields }: Values) => {
      const body = { ...fields, numbers: numbers.filter(({ number }) => number.trim() !== "") };
      if (draft.id === null) return (await contactsCreate({ body: { ...body, kind }, throwOnError: true })).data;
      return (await contactsPartialUpdate({ path: { id: draft.id }, body, throwOnError: true })).data;
    },
    onSuccess: done,
    onError: (error) => void showFieldErrors(form, error),
  });
}

function Numbers({ form }: { form: UseFormReturn<Values> }) {
  const { t } = useTranslation("contacts");
  const numbers = useFieldArray({ control: form.control, name: "numbers" });
  const problem = form.formState.errors.numbers?.message;
  return (
    <Fieldset legend={t("numbers.title")} px={{ base: "xs", sm: "md" }}>
      <Stack gap="xs">
        {numbers.fields.map((field, index) => (
          <Group key={field.id} gap="xs" wrap="nowrap">
            <TextInput
              type="tel"
              flex={1}
              miw={0}
              autoComplete="off"
              aria-label={t("numbers.number", { place: index + 1 })}
              {...form.register(`numbers.${index}.number`)}
            />
            <Controller
              control={form.control}
              name={`numbers.${index}.type`}
              render={({ field: { value, onChange } }) => (
                <Select
                  w={104}
                  allowDeselect={false}
                  aria-label={t("numbers.type", { place: index + 1 })}
                  data={NUMBER_TYPES.map((type) => ({ value: type, label: t(`numbers.types.${type}`) }))}
                  value={value}
                  onChange={onChange}
                />
              )}
            />
            <ActionIcon
              variant="subtle"
              color="red"
              size="lg"
              aria-label={t("numbers.remove", { place: index + 1 })}
              onClick={() => numbers.remove(index)}
            >
              <IconTrash size={18} aria-hidden />
            </ActionIcon>
          </Group>
        ))}
        {problem !== undefined && (
          <Alert color="red" role="alert">
            {problem}
          </Alert>
        )}
        <Group>
          <Button
            variant="default"
            size="xs"
            leftSection={<IconPlus size={16} aria-hidden />}
            onClick={() => numbers.append({ number: "", type: "mobile" })}
          >
            {t("numbers.add")}
          </Button>
        </Group>
      </Stack>
    </Fieldset>
  );
}
