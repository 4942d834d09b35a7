import { Anchor, type AnchorProps } from "@mantine/core";
import { createLink, type LinkComponent } from "@tanstack/react-router";
import { forwardRef } from "react";

type RouterAnchorProps = Omit<AnchorProps, "href"> & React.AnchorHTMLAttributes<HTMLAnchorElement>;

const RouterAnchor = forwardRef<HTMLAnchorElement, RouterAnchorProps>((props, ref) => (
  <Anchor ref={ref} c="var(--sl-accent-text)" inherit {...props} />
));
const Created = createLink(RouterAnchor);

/** A link to a page of the dashboard: `to`, `params` and `search` are checked against the routes. */
export const PageLink: LinkComponent<typeof RouterAnchor> = (props) => (
  <Created preload="intent" {...props} />
);
