import { FrontPage } from "./front-page.tsx";

export function AcceptPage() {
  return <FrontPage title="Welcome">…</FrontPage>;
}
