/** The `cursor` in the address of the next page, as lists of the server give it; undefined at the end. */
export function cursorOf({ next }: { next?: string | null | undefined }): string | undefined {
  if (!next) return undefined;
  return new URL(next, window.location.origin).searchParams.get("cursor") ?? undefined;
}
