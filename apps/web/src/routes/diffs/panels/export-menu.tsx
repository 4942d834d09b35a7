import { Button, Menu, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconDownload } from "@tabler/icons-react";
import { describeError } from "../../../api/describe-error.ts";
import { downloadFile } from "../../../api/download.ts";
import { useMe } from "../../../api/me.ts";
import { counted } from "../../../components/number-text.ts";
import type { ExplorerPanelProps } from "../explorer-props.ts";
import { exportPath } from "./export-path.ts";

const FORMATS = [
  { format: "csv", label: "CSV", about: "a line for each value, for spreadsheets" },
  { format: "ndjson", label: "NDJSON", about: "a line for each row, for programs" },
  { format: "json", label: "JSON", about: "one document" },
  { format: "sql", label: "SQL", about: "statements with checks, for psql" },
  { format: "html", label: "HTML", about: "a page to read and to send" },
] as const;

/** Everything that is shown as a file, however much it is. */
export function ExportMenu({ patch, query, count }: ExplorerPanelProps) {
  const me = useMe();
  if (!me.can("rows:read") && Object.keys(me.environments).length === 0) return null;
  const save = (format: string) =>
    downloadFile(exportPath(patch.id, query, format), `${patch.id}.${format}`).catch((error: unknown) => {
      const { message } = describeError(error);
      notifications.show({ color: "red", title: "Nothing was exported", message });
    });
  return (
    <Menu position="bottom-end" withinPortal width={280}>
      <Menu.Target>
        <Button variant="default" size="xs" leftSection={<IconDownload size={15} aria-hidden />}>
          Export
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {count === null
            ? "What is shown"
            : `${count.exact ? "" : "At least "}${counted(count.count, "change")}`}
        </Menu.Label>
        {FORMATS.map(({ format, label, about }) => (
          <Menu.Item key={format} onClick={() => void save(format)}>
            {label}
            <Text size="xs" c="dimmed">
              {about}
            </Text>
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item
          onClick={() =>
            void downloadFile(`/api/v1/patches/${encodeURIComponent(patch.id)}/file`, `${patch.id}.patch`)
          }
        >
          The whole patch
          <Text size="xs" c="dimmed">
            what <span className="sl-mono">syncline patch</span> applies, signed where it was approved
          </Text>
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
