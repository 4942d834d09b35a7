import { Button, type ButtonProps } from "@mantine/core";
import { createLink, type LinkComponent } from "@tanstack/react-router";
import { forwardRef } from "react";

type RouterButtonProps = ButtonProps & Omit<React.AnchorHTMLAttributes<HTMLAnchorElement>, keyof ButtonProps>;

const RouterButton = forwardRef<HTMLAnchorElement, RouterButtonProps>((props, ref) => (
  <Button component="a" ref={ref} {...props} />
));
const Created = createLink(RouterButton);

/** A button that leads to a page of the dashboard. */
export const PageButton: LinkComponent<typeof RouterButton> = (props) => (
  <Created preload="intent" {...props} />
);
