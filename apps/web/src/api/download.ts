import { notifications } from "@mantine/notifications";
import { selectedProject } from "./selected-project.ts";

/**
 * Saves a file of the API. In the project that the server takes by itself the browser streams it to disk; in another one,
 * which only a header can name, it is read here first.
 */
export async function downloadFile(path: string, name: string): Promise<void> {
  const project = selectedProject();
  if (project === null) return save(path, name);
  const response = await fetch(path, { headers: { "Syncline-Project": project } }).catch(() => null);
  if (response === null || !response.ok) {
    const message = response === null ? "The server cannot be reached." : `It answered ${response.status}.`;
    notifications.show({ color: "red", title: `${name} was not downloaded`, message });
    return;
  }
  const url = URL.createObjectURL(await response.blob());
  save(url, name);
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

function save(href: string, download: string): void {
  const link = Object.assign(document.createElement("a"), { href, download });
  document.body.append(link);
  link.click();
  link.remove();
}
