import { Button, SimpleGrid, Stack, Text } from "@mantine/core";

/** Each with the letters on it. */
export const KEYS: readonly (readonly [string, string])[] = [
  ["1", ""],
  ["2", "ABC"],
  ["3", "DEF"],
  ["4", "GHI"],
  ["5", "JKL"],
  ["6", "MNO"],
  ["7", "PQRS"],
  ["8", "TUV"],
  ["9", "WXYZ"],
  ["*", ""],
  ["0", "+"],
  ["#", ""],
];

/** The twelve keys of a telephone. */
export function Keypad({ onKey }: { onKey: (key: string) => void }) {
  return (
    <SimpleGrid cols={3} spacing="xs" maw={280} w="100%" mx="auto">
      {KEYS.map(([key, letters]) => (
        <Button key={key} variant="default" h={56} radius="lg" onClick={() => onKey(key)}>
          <Stack gap={0} align="center">
            <Text size="xl" lh={1.1}>
              {key}
            </Text>
            <Text size="10px" c="dimmed" h={12} aria-hidden>
              {letters}
            </Text>
          </Stack>
        </Button>
      ))}
    </SimpleGrid>
  );
}
