/** Colours and defaults of the whole client. shell/theme.test.ts checks their contrast (WCAG 2.2 AA). */
import { Badge, createTheme, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";

const harbour: MantineColorsTuple = [
  "#eef5fc",
  "#d8e8f8",
  "#aed0f0",
  "#82b6e8",
  "#5a9de0",
  "#3685d0",
  "#1f6db8",
  "#165a9c",
  "#124a82",
  "#0c3560",
];
/** Talking, answer, available. */
const green: MantineColorsTuple = [
  "#ebf8ef",
  "#d3efdb",
  "#a6dfb6",
  "#76cd8f",
  "#4fbb6f",
  "#34a457",
  "#227f40",
  "#1b7038",
  "#165c2e",
  "#0f4522",
];
/** Hang up, missed, busy, delete. */
const red: MantineColorsTuple = [
  "#fdeeee",
  "#fad7d7",
  "#f4aeae",
  "#ee8585",
  "#e96b6b",
  "#dc4343",
  "#cb3030",
  "#b22626",
  "#921f1f",
  "#6c1616",
];
/** Away, on hold, warnings. */
const yellow: MantineColorsTuple = [
  "#fff8e6",
  "#fdedc0",
  "#f9d987",
  "#f2c14b",
  "#e5a81f",
  "#c98d0d",
  "#916509",
  "#825a08",
  "#694906",
  "#4d3504",
];

export const theme = createTheme({
  primaryColor: "harbour",
  colors: { harbour, green, red, yellow },
  primaryShade: { light: 7, dark: 6 },
  autoContrast: true,
  defaultRadius: "md",
  cursorType: "pointer",
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', sans-serif",
  headings: { fontWeight: "650", sizes: { h1: { fontSize: "1.5rem" }, h2: { fontSize: "1.2rem" } } },
  respectReducedMotion: true,
  // Words, not shouts.
  components: { Badge: Badge.extend({ defaultProps: { tt: "none" } }) },
});

/** Mantine's own quiet texts are too faint for AA. */
export const variables: CSSVariablesResolver = (mantine) => ({
  variables: {
    // What is beside the content on phones: the bottom bar above the home indicator.
    "--centrale-bottom": "env(safe-area-inset-bottom, 0px)",
  },
  light: {
    "--mantine-color-dimmed": mantine.colors.gray[7],
    "--mantine-color-placeholder": mantine.colors.gray[7],
    "--mantine-color-error": red[7],
    "--centrale-page": "#f7f9fb",
  },
  dark: {
    "--mantine-color-dimmed": mantine.colors.dark[1],
    "--mantine-color-placeholder": mantine.colors.dark[1],
    "--mantine-color-error": red[3],
    "--centrale-page": mantine.colors.dark[8],
  },
});

/** index.html reads the same key before the first paint. */
export const SCHEME_KEY = "centrale-scheme";
