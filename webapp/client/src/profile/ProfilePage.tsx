import { Group, Paper, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { meProfileRetrieveOptions } from "@/api/generated/@tanstack/react-query.gen";
import { Page } from "@/components/Page";
import { Loading, LoadingFailed } from "@/components/states";
import { Photo } from "@/profile/Photo";
import { ProfileForm } from "@/profile/ProfileForm";

/** What colleagues see of one. */
export function ProfilePage() {
  const { t } = useTranslation("profile");
  const { data: profile, error, refetch } = useQuery(meProfileRetrieveOptions());
  return (
    <Page title={t("title")} width={640}>
      {error && <LoadingFailed error={error} retry={() => void refetch()} />}
      {!profile && !error && <Loading />}
      {profile && (
        <Paper withBorder p={{ base: "md", sm: "lg" }}>
          <Group mb="lg" wrap="nowrap" align="flex-start">
            <Photo name={profile.name} photo={profile.photo} />
          </Group>
          <Text fw={600} size="lg">
            {profile.name}
          </Text>
          <Text c="dimmed">{profile.email}</Text>
          {profile.extensions.map(({ id, number }) => (
            <Text key={id} c="dimmed">
              {t("extension", { number })}
            </Text>
          ))}
          <Text size="sm" c="dimmed" mt={4} mb="lg">
            {t("byAdministrator")}
          </Text>
          <ProfileForm profile={profile} />
        </Paper>
      )}
    </Page>
  );
}
