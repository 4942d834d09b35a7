import { cpSync, existsSync, mkdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, join, posix } from "node:path";
import { copyContext } from "./docker-ignore.ts";
import { ImageRoot, type Mount } from "./image-root.ts";
import { assignments, expand, type Instruction, parseDockerfile, type Stage } from "./parse-dockerfile.ts";

/** What a container of the image is started with. */
export interface Image {
  readonly root: ImageRoot;
  readonly environment: Readonly<Record<string, string>>;
  readonly user: { readonly uid: number; readonly gid: number };
  readonly folder: string;
  readonly argv: readonly string[];
  readonly healthCheck: readonly string[];
  readonly volumes: readonly string[];
  readonly stopSignal: NodeJS.Signals;
  readonly labels: Readonly<Record<string, string>>;
}

export interface BuildImage {
  /** The repository, whose Dockerfile is carried out. */
  readonly context: string;
  /** Clean; everything is made in here. */
  readonly folder: string;
  readonly say: (text: string) => void;
  /** Stands for the first stage: the folders that it would have made, by their path in it. */
  readonly built?: Readonly<Record<string, string>>;
}

const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

interface Building {
  readonly root: ImageRoot;
  readonly environment: Record<string, string>;
  /** Known while the stage is built alone. */
  readonly arguments: Record<string, string>;
  folder: string;
  readonly meta: Map<string, string>;
}

/** Carries out the steps of the Dockerfile by hand. @throws what a step throws, with its output */
export async function buildImage(options: BuildImage): Promise<Image> {
  const file = parseDockerfile(await readFile(join(options.context, "deploy/docker/Dockerfile"), "utf8"));
  const stages = new Map<string, Building>();
  let last: Building | null = null;
  for (const [index, stage] of file.stages.entries()) {
    const building = begin(options, stage, expand(stage.base, file.arguments));
    last = building;
    stages.set(stage.name ?? String(index), building);
    if (options.built !== undefined && index === 0) {
      for (const [path, source] of Object.entries(options.built)) building.root.copy(source, path, null);
      continue;
    }
    for (const instruction of stage.instructions) {
      options.say(`${stage.name ?? index}: ${instruction.name} ${instruction.text}`);
      await carryOut(options, { building, stages, instruction });
    }
  }
  if (last === null) throw new Error("the Dockerfile has no stage");
  return imageOf(last);
}

function begin({ folder }: BuildImage, { name }: Stage, base: string): Building {
  const root = new ImageRoot(join(folder, name ?? "image"));
  const node = base.startsWith("node:");
  if (node) {
    const version = /^node:([\d.]+)-/.exec(base)?.[1];
    if (process.versions.node !== version)
      throw new Error(`the image is built with Node.js ${version}, this is ${process.versions.node}`);
    root.copy(process.execPath, "/usr/local/bin/node", null);
  }
  return { root, environment: { PATH }, arguments: {}, folder: "/", meta: new Map() };
}

interface CarryOut {
  readonly building: Building;
  readonly stages: ReadonlyMap<string, Building>;
  readonly instruction: Instruction;
}

async function carryOut(
  options: BuildImage,
  { building, stages, instruction: { name, text } }: CarryOut,
): Promise<void> {
  const { root, environment, meta } = building;
  switch (name) {
    case "ARG":
      Object.assign(building.arguments, assignments(text));
      return;
    case "ENV":
      Object.assign(environment, assignments(text));
      return;
    case "WORKDIR":
      building.folder = posix.resolve(building.folder, text);
      mkdirSync(root.pathOf(building.folder), { recursive: true });
      return;
    case "RUN":
      root.run(text, {
        folder: building.folder,
        environment: { HOME: "/root", ...certificates(), ...building.arguments, ...environment },
        mounts: certificateMounts(),
      });
      return;
    case "COPY":
      await copy(options, { building, stages, text });
      return;
    case "LABEL":
      meta.set(name, expand(text, { ...building.arguments, ...environment }));
      return;
    case "USER":
    case "VOLUME":
    case "ENTRYPOINT":
    case "CMD":
    case "HEALTHCHECK":
    case "STOPSIGNAL":
    case "EXPOSE":
      meta.set(name, text);
      return;
    default:
      throw new Error(`${name} is not understood`);
  }
}

async function copy(
  { context, folder }: BuildImage,
  { building, stages, text }: Omit<CarryOut, "instruction"> & { readonly text: string },
): Promise<void> {
  const words = text.split(/\s+/);
  const from = words.find((word) => word.startsWith("--from="))?.slice("--from=".length);
  const [uid, gid] =
    words
      .find((word) => word.startsWith("--chown="))
      ?.slice("--chown=".length)
      .split(":") ?? [];
  const owner = uid === undefined || gid === undefined ? null : { uid: Number(uid), gid: Number(gid) };
  const paths = words.filter((word) => !word.startsWith("--"));
  const target = paths.pop() ?? "";
  const absolute = posix.resolve(building.folder, target);
  if (from === undefined && paths.length === 1 && paths[0] === ".") {
    const sent = join(folder, "context");
    await copyContext(context, sent);
    cpSync(sent, building.root.pathOf(absolute), { recursive: true, verbatimSymlinks: true });
    return;
  }
  for (const path of paths) {
    const source = from === undefined ? join(context, path) : stages.get(from)?.root.pathOf(path);
    if (source === undefined || !existsSync(source)) throw new Error(`COPY of "${path}", which is not there`);
    building.root.copy(source, target.endsWith("/") ? posix.join(absolute, basename(path)) : absolute, owner);
  }
}

function imageOf({ root, environment, folder, meta }: Building): Image {
  const list = (name: string): string[] => JSON.parse(meta.get(name) ?? "[]") as string[];
  const [uid, gid] = (meta.get("USER") ?? "0:0").split(":").map(Number);
  const health = /CMD (\[.*\])$/.exec(meta.get("HEALTHCHECK") ?? "")?.[1] ?? "[]";
  return {
    root,
    environment,
    user: { uid: uid ?? 0, gid: gid ?? 0 },
    folder,
    argv: [...list("ENTRYPOINT"), ...list("CMD")],
    healthCheck: JSON.parse(health) as string[],
    volumes: list("VOLUME"),
    stopSignal: (meta.get("STOPSIGNAL") ?? "SIGTERM") as NodeJS.Signals,
    labels: assignments(meta.get("LABEL") ?? ""),
  };
}

/** A machine behind a proxy that signs anew reaches the package registry with its own certificates only. */
function certificates(): Record<string, string> {
  const file = process.env["NODE_EXTRA_CA_CERTS"];
  return file === undefined ? {} : { NODE_EXTRA_CA_CERTS: file };
}

function certificateMounts(): Mount[] {
  return certificates()["NODE_EXTRA_CA_CERTS"] === undefined ? [] : [{ from: "/etc/ssl", to: "/etc/ssl" }];
}
