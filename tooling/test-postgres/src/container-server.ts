import type { TestServer } from "./test-server.ts";

const PORT = 5432;

/** @throws when no container engine answers, which takes a few milliseconds */
export async function startContainerServer(
  image: string,
  settings: Readonly<Record<string, string>>,
): Promise<TestServer> {
  const { GenericContainer, getContainerRuntimeClient, Wait } = await import("testcontainers");
  await getContainerRuntimeClient();
  const container = await new GenericContainer(image)
    .withEnvironment({ POSTGRES_HOST_AUTH_METHOD: "trust" })
    .withCommand([
      "postgres",
      ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
    ])
    .withExposedPorts(PORT)
    .withWaitStrategy(Wait.forLogMessage(/ready to accept connections/, 2))
    .start();
  return {
    url: `postgresql://postgres@${container.getHost()}:${container.getMappedPort(PORT)}/postgres`,
    origin: "container",
    stop: async () => {
      await container.stop();
    },
  };
}
