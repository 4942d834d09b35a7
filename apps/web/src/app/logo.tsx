import { Group, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";

export function Logo() {
  return (
    <Link to="/" style={{ color: "inherit", textDecoration: "none" }} aria-label="Syncline, to the overview">
      <Group gap={8} wrap="nowrap">
        <img src="/favicon.svg" width={22} height={22} alt="" />
        <Text fw={650} size="lg" component="span">
          Syncline
        </Text>
      </Group>
    </Link>
  );
}
