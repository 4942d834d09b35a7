import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from "@mantine/core";

const accent: MantineColorsTuple = [
  "#eef0fd",
  "#dde1fa",
  "#b9c1f3",
  "#95a1ec",
  "#7585e6",
  "#5f71e2",
  "#4a5cd4",
  "#3b4cc0",
  "#3140a3",
  "#27348a",
];

/** Neutral surfaces of the dark theme, from text to the deepest ground. */
const dark: MantineColorsTuple = [
  "#d7dce4",
  "#b6bdc9",
  "#9aa4b2",
  "#6f7a8a",
  "#3a424f",
  "#2b323d",
  "#222831",
  "#191e25",
  "#14181e",
  "#0f1217",
];

export const theme = createTheme({
  primaryColor: "accent",
  primaryShade: { light: 7, dark: 6 },
  colors: { accent, dark },
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  fontFamilyMonospace:
    'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  fontSizes: { xs: "0.75rem", sm: "0.8125rem", md: "0.875rem", lg: "1rem", xl: "1.125rem" },
  headings: {
    fontWeight: "600",
    sizes: {
      h1: { fontSize: "1.375rem", lineHeight: "1.3" },
      h2: { fontSize: "1.0625rem", lineHeight: "1.35" },
      h3: { fontSize: "0.9375rem", lineHeight: "1.4" },
    },
  },
  defaultRadius: "sm",
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: "sm" } },
    TextInput: { defaultProps: { size: "sm" } },
    Select: { defaultProps: { size: "sm" } },
    Table: { defaultProps: { verticalSpacing: "xs", horizontalSpacing: "sm", fz: "sm" } },
    Tooltip: { defaultProps: { withArrow: true, openDelay: 300 } },
    CloseButton: { defaultProps: { "aria-label": "Close" } },
    Modal: { defaultProps: { centered: true } },
  },
});

/**
 * What a colour means, for both themes. Texts reach a contrast of 4.5 on their own tint, on the ground and on a surface.
 * Use them as `var(--sl-…)`.
 */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-error": "#b0241c",
    "--mantine-color-text": "#1d232b",
    "--mantine-color-dimmed": "#59626e",
    "--mantine-color-placeholder": "#6b7480",
    "--sl-ground": "#f6f7f9",
    "--sl-surface": "#ffffff",
    "--sl-raised": "#eef0f3",
    "--sl-border": "#dde1e7",
    "--sl-muted": "#59626e",
    "--sl-accent-text": "#3b4cc0",
    "--sl-accent-tint": "#eef0fd",
    "--sl-insert": "#176639",
    "--sl-insert-tint": "#e5f4ea",
    "--sl-update": "#7a4f00",
    "--sl-update-tint": "#fcf2d9",
    "--sl-delete": "#b0241c",
    "--sl-delete-tint": "#fcebe9",
    "--sl-neutral-tint": "#eceff3",
    "--sl-info": "#1b5a8c",
    "--sl-info-tint": "#e5f0f9",
  },
  dark: {
    "--mantine-color-error": "#ff9f96",
    "--mantine-color-body": "#14181e",
    "--mantine-color-text": "#dfe3ea",
    "--mantine-color-dimmed": "#9aa4b2",
    "--mantine-color-placeholder": "#8b95a3",
    "--sl-ground": "#14181e",
    "--sl-surface": "#191e25",
    "--sl-raised": "#222831",
    "--sl-border": "#2f3743",
    "--sl-muted": "#9aa4b2",
    "--sl-accent-text": "#aab4f5",
    "--sl-accent-tint": "#242b4d",
    "--sl-insert": "#83d8a4",
    "--sl-insert-tint": "#16301f",
    "--sl-update": "#e8c468",
    "--sl-update-tint": "#332a10",
    "--sl-delete": "#ff9f96",
    "--sl-delete-tint": "#3b1c1a",
    "--sl-neutral-tint": "#262d37",
    "--sl-info": "#8fc4ee",
    "--sl-info-tint": "#172c3d",
  },
});
