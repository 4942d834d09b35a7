export const SETTINGS_TABS = ["limits", "webhooks", "projects", "workers", "keys"] as const;
export type SettingsTab = (typeof SETTINGS_TABS)[number];
