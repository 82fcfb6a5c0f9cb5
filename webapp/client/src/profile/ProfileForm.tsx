import { ActionIcon, Alert, Button, Fieldset, Group, Select, Stack, Textarea, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Controller, useFieldArray, useForm, type UseFormReturn } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { meProfilePartialUpdateMutation, meProfileRetrieveQueryKey } from "@/api/generated/@tanstack/react-query.gen";
import type { OwnProfile, TypeEnum } from "@/api/generated/types.gen";
import { showFieldErrors } from "@/components/errors";
import { toastDone } from "@/components/toasts";
import { Problem } from "@/signin/Entrance";

interface Values {
  job_role: string;
  department: string;
  note: string;
  numbers: { number: string; type: TypeEnum }[];
}

const TYPES = ["work", "mobile", "home", "fax", "other"] as const satisfies readonly TypeEnum[];
const MOST_NUMBERS = 5;

function valuesOf({ job_role, department, note, numbers }: OwnProfile): Values {
  return { job_role, department, note, numbers: numbers.map(({ display, type }) => ({ number: display, type })) };
}

/** What one may change of one's profile. */
export function ProfileForm({ profile }: { profile: OwnProfile }) {
  const { t } = useTranslation("profile");
  const client = useQueryClient();
  const form = useForm<Values>({ defaultValues: valuesOf(profile) });
  const { errors } = form.formState;
  const save = useMutation({
    ...meProfilePartialUpdateMutation(),
    onSuccess: (saved) => {
      client.setQueryData(meProfileRetrieveQueryKey(), saved);
      form.reset(valuesOf(saved));
      toastDone(t("saved"));
    },
    onError: (error) => void showFieldErrors(form, error),
  });
  // What the server said of a list stays at it, and would hold back the next try: cleared as that begins.
  const submit = form.handleSubmit((values) => {
    const kept = values.numbers.filter(({ number }) => number.trim() !== "");
    save.mutate({ body: { ...values, numbers: kept } });
  });
  return (
    <form onSubmitCapture={() => form.clearErrors()} onSubmit={submit} noValidate>
      <Stack>
        <Problem error={Object.keys(errors).length > 0 ? null : save.error} />
        <TextInput
          label={t("jobRole")}
          maxLength={120}
          error={errors.job_role?.message}
          {...form.register("job_role")}
        />
        <TextInput
          label={t("department")}
          maxLength={120}
          error={errors.department?.message}
          {...form.register("department")}
        />
        <Numbers form={form} />
        <Textarea
          label={t("note")}
          description={t("noteText")}
          maxLength={280}
          autosize
          minRows={2}
          error={errors.note?.message}
          {...form.register("note")}
        />
        <Group>
          <Button type="submit" loading={save.isPending}>
            {t("save")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Numbers({ form }: { form: UseFormReturn<Values> }) {
  const { t } = useTranslation("profile");
  const numbers = useFieldArray({ control: form.control, name: "numbers" });
  const problem = form.formState.errors.numbers?.message;
  return (
    <Fieldset legend={t("numbers.title")}>
      <Stack gap="xs">
        {numbers.fields.map((field, index) => (
          <Group key={field.id} gap="xs" wrap="nowrap">
            <TextInput
              type="tel"
              flex={1}
              aria-label={t("numbers.number", { place: index + 1 })}
              {...form.register(`numbers.${index}.number`)}
            />
            <Controller
              control={form.control}
              name={`numbers.${index}.type`}
              render={({ field: { value, onChange } }) => (
                <Select
                  w={120}
                  allowDeselect={false}
                  aria-label={t("numbers.type", { place: index + 1 })}
                  data={TYPES.map((type) => ({ value: type, label: t(`numbers.types.${type}`) }))}
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
        {numbers.fields.length < MOST_NUMBERS && (
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
        )}
      </Stack>
    </Fieldset>
  );
}
