import { Button, Chip, Group, Paper } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconAddressBook, IconFileImport, IconPlus } from "@tabler/icons-react";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { contactsList } from "@/api/generated/sdk.gen";
import type { Entry } from "@/api/generated/types.gen";
import { atLeast, useMe } from "@/api/me";
import { Page } from "@/components/Page";
import { SearchInput } from "@/components/SearchInput";
import { EmptyState, Loading, LoadingFailed } from "@/components/states";
import { VirtualList } from "@/components/VirtualList";
import { BlockedNumbers } from "@/contacts/BlockedNumbers";
import { ContactCard } from "@/contacts/ContactCard";
import { ContactForm } from "@/contacts/ContactForm";
import { ContactRow } from "@/contacts/ContactRow";
import { ImportDialog } from "@/contacts/ImportDialog";
import { blank, type Draft, draftOf } from "@/contacts/draft";
import { queryOf, SHOWN, type Shown } from "@/contacts/shown";

const route = getRouteApi("/signed-in/contacts");
const ROW = 65;

/** Everybody one may call: colleagues, the organisation's contacts, one's own. */
export function ContactsPage() {
  const { t } = useTranslation("contacts");
  const { show: shown = "all", id, add, name } = route.useSearch();
  const navigate = route.useNavigate();
  const me = useMe();
  const [text, setText] = useState("");
  const [importing, setImporting] = useState(false);
  const [draft, setDraft] = useState<Draft | null>(null);
  const go = (search: { show?: Shown; id?: string }) =>
    void navigate({ search: { ...(shown !== "all" && { show: shown }), ...search }, replace: true });
  const form = draft ?? (add === undefined ? null : blank(add, name));
  const edit = (entry: Entry) => {
    go({});
    setDraft(draftOf(entry));
  };
  const finish = (saved?: Entry) => {
    setDraft(null);
    go(saved ? { id: saved.id } : {});
  };
  return (
    <Page
      title={t("title")}
      width={960}
      actions={
        <Group gap="xs">
          {atLeast(me, "supervisor") && (
            <Button
              variant="default"
              leftSection={<IconFileImport size={18} aria-hidden />}
              onClick={() => setImporting(true)}
            >
              {t("import.open")}
            </Button>
          )}
          <Button leftSection={<IconPlus size={18} aria-hidden />} onClick={() => setDraft(blank())}>
            {t("new")}
          </Button>
        </Group>
      }
    >
      <Group mb="sm">
        <SearchInput label={t("search")} value={text} onChange={setText} />
      </Group>
      <Chip.Group
        value={shown}
        onChange={(value) =>
          void navigate({ search: value === "all" ? {} : { show: value }, replace: true })
        }
      >
        <Group gap={6} mb="md" role="radiogroup" aria-label={t("show.label")}>
          {SHOWN.map((value) => (
            <Chip key={value} value={value} size="sm">
              {t(`show.${value}`)}
            </Chip>
          ))}
        </Group>
      </Chip.Group>
      <Found shown={shown} text={text} open={(entry) => go({ id: entry.id })} />
      {shown === "blocked" && <BlockedNumbers />}
      <ContactCard id={id} close={() => go({})} edit={edit} />
      <ContactForm draft={form} close={finish} />
      <ImportDialog opened={importing} close={() => setImporting(false)} />
    </Page>
  );
}

interface FoundProps {
  shown: Shown;
  text: string;
  open: (entry: Entry) => void;
}

function Found({ shown, text, open }: FoundProps) {
  const { t } = useTranslation("contacts");
  const [q] = useDebouncedValue(text.trim(), 120);
  const query = queryOf(shown, q);
  const found = useInfiniteQuery({
    queryKey: ["contacts", query],
    queryFn: async ({ pageParam, signal }) =>
      (await contactsList({ query: { ...query, ...(pageParam && { after: pageParam }) }, signal, throwOnError: true })).data,
    initialPageParam: "",
    getNextPageParam: ({ next }) => next ?? undefined,
    placeholderData: keepPreviousData,
  });
  const all = found.data?.pages.flatMap((page) => page.results) ?? [];
  const marked = shown === "favourite" || shown === "vip" || shown === "blocked";
  const nothing = q ? "Search" : marked ? "Marked" : "";
  const more = found.hasNextPage && !found.isFetchingNextPage ? () => void found.fetchNextPage() : undefined;
  if (found.error) return <LoadingFailed error={found.error} retry={() => void found.refetch()} />;
  if (found.isPending) return <Loading />;
  if (all.length === 0) {
    return <EmptyState icon={IconAddressBook} title={t(`empty${nothing}`)} text={t(`empty${nothing}Text`)} />;
  }
  return (
    <Paper withBorder>
      <VirtualList
        label={t("list")}
        items={all}
        keyOf={(entry) => entry.id}
        height={ROW}
        more={more}
        row={(entry) => <ContactRow entry={entry} open={() => open(entry)} />}
      />
    </Paper>
  );
}
