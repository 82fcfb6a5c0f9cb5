import { DEFAULT_THEME, mergeMantineTheme, type MantineColor } from "@mantine/core";
import { describe, expect, it } from "vitest";

import { theme, variables } from "@/shell/theme";

const AA = 4.5;
const whole = mergeMantineTheme(DEFAULT_THEME, theme);

/** Relative luminance of #rrggbb (WCAG 2.2). */
function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function shade(colour: MantineColor, at: number): string {
  return whole.colors[colour]?.[at] ?? "";
}

const OURS = ["harbour", "green", "red", "yellow"];
const white = "#ffffff";
const resolved = variables(whole) as Record<"light" | "dark", Record<string, string>>;

describe("contrast", () => {
  it.each(OURS)("white words on filled %s, in light and dark", (colour) => {
    expect(contrast(white, shade(colour, 7))).toBeGreaterThanOrEqual(AA);
    expect(contrast(white, shade(colour, 6))).toBeGreaterThanOrEqual(AA);
  });

  it.each(OURS)("%s words on the page", (colour) => {
    expect(contrast(shade(colour, 7), "#f7f9fb")).toBeGreaterThanOrEqual(AA);
    expect(contrast(shade(colour, 4), shade("dark", 7))).toBeGreaterThanOrEqual(AA);
  });

  it.each(["--mantine-color-dimmed", "--mantine-color-placeholder", "--mantine-color-error"])("%s", (name) => {
    expect(contrast(resolved.light[name] ?? "", "#f7f9fb")).toBeGreaterThanOrEqual(AA);
    expect(contrast(resolved.dark[name] ?? "", shade("dark", 6))).toBeGreaterThanOrEqual(AA);
  });
});
