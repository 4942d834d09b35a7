const NEEDED = [22, 18];

/** Ends the process with one clear sentence when this Node cannot run TypeScript sources. */
export function requireNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])) return;
  process.stderr.write(
    `Node.js ${NEEDED.join(".")} or newer is needed, this is ${process.versions.node}: ` +
      "run `npx --yes pnpm@12.21.0 install`, which brings one, and start this through a pnpm script.\n",
  );
  process.stdout.write("0 passed, 1 failed\n");
  process.exit(1);
}
