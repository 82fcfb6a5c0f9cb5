import { Avatar, type MantineSize } from "@mantine/core";

/** Up to two letters: of the first and the last word of a name. */
export function initials(name: string): string {
  const words = name.split(/\s+/).filter((word) => /^\p{L}/u.test(word));
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined];
  return letters.map((word) => /^./u.exec(word ?? "")?.[0] ?? "").join("").toUpperCase();
}

interface Props {
  name: string;
  /** Address of a photo of ours. */
  photo?: string | null;
  size?: MantineSize | number;
}

/** Photo or initials. For the eye only: the name stands beside it. */
export function PersonAvatar({ name, photo = null, size = "md" }: Props) {
  return (
    <Avatar src={photo} alt="" aria-hidden color="harbour" size={size} radius="50%">
      {initials(name)}
    </Avatar>
  );
}
