import { execFileSync } from "node:child_process";
import { chownSync, cpSync, existsSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/**
 * The file system of a stage without a container engine: this machine's `/usr` (Debian, as the image's base) under a layer of
 * its own, and nothing else of the machine. Needs root, for mounts in a mount namespace of its own.
 */
export class ImageRoot {
  readonly folder: string;
  readonly #root: string;

  constructor(folder: string) {
    this.folder = folder;
    this.#root = join(folder, "root");
    for (const part of ["usr", "etc", "tmp", "proc", "dev", "var", "root"])
      mkdirSync(join(this.#root, part), { recursive: true });
    for (const part of ["usr-layer", "usr-work"]) mkdirSync(join(folder, part), { recursive: true });
    for (const part of ["bin", "sbin", "lib", "lib64"]) symlinkSync(`usr/${part}`, join(this.#root, part));
    for (const file of [
      "passwd",
      "group",
      "nsswitch.conf",
      "hosts",
      "ld.so.cache",
      "ld.so.conf",
      "resolv.conf",
    ])
      if (existsSync(`/etc/${file}`))
        cpSync(`/etc/${file}`, join(this.#root, "etc", file), { dereference: true });
  }

  /** Where a path of the image lies on this machine. */
  pathOf(path: string): string {
    const absolute = resolve("/", path);
    return absolute.startsWith("/usr/")
      ? join(this.folder, "usr-layer", absolute.slice("/usr/".length))
      : join(this.#root, absolute);
  }

  /** Copies a file to a file, or the content of a folder into a folder. */
  copy(source: string, path: string, owner: { readonly uid: number; readonly gid: number } | null): void {
    const target = this.pathOf(path);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(source, target, { recursive: true, verbatimSymlinks: true });
    if (owner !== null) chownSync(target, owner.uid, owner.gid);
  }

  /** Runs a step as root of the stage, with what it writes kept. */
  run(command: string, { folder, environment, mounts = [] }: RunStep): void {
    const script = [
      "set -e",
      ...this.#mounts({ writable: true }),
      ...mounts.map(
        ({ from, to }) => `mkdir -p ${join(this.#root, to)} && mount --bind ${from} ${join(this.#root, to)}`,
      ),
      `exec chroot ${this.#root} sh -c 'cd "$1" && exec sh -ec "$2"' sh "$FOLDER" "$COMMAND"`,
    ].join("\n");
    execFileSync("unshare", ["--mount", "sh", "-c", script], {
      env: { ...environment, FOLDER: folder, COMMAND: command },
      stdio: ["ignore", "pipe", "pipe"],
      maxBuffer: 64 * 1024 * 1024,
    });
  }

  /**
   * A shell script that becomes `argv` in a container of this image: read-only root, a small `/tmp` in memory, volumes, an
   * unprivileged user by number, no capabilities. It is meant to run as process 1 of a namespace.
   */
  containerScript({ argv, user, folder, volumes }: ContainerScript): string {
    const at = (path: string) => join(this.#root, path);
    return [
      "set -e",
      ...this.#mounts({ writable: false }),
      ...volumes.map(
        ({ from, to, readOnly }) =>
          `mount --bind ${from} ${at(to)}${readOnly === true ? ` && mount -o remount,bind,ro ${at(to)}` : ""}`,
      ),
      `mount -o remount,bind,ro ${this.#root}`,
      `cd ${at(folder)}`,
      `exec chroot ${this.#root} setpriv --reuid=${user.uid} --regid=${user.gid} --clear-groups --no-new-privs --bounding-set=-all ` +
        `--inh-caps=-all sh -c 'cd "$0" && exec "$@"' ${folder} ${argv.map(quote).join(" ")}`,
    ].join("\n");
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #mounts({ writable }: { readonly writable: boolean }): string[] {
    const layer = join(this.folder, "usr-layer");
    const usr = writable
      ? `lowerdir=/usr,upperdir=${layer},workdir=${join(this.folder, "usr-work")}`
      : `lowerdir=${layer}:/usr`;
    const root = this.#root;
    return [
      "mount --make-rprivate /",
      `mount --bind ${root} ${root}`,
      `mount -t overlay overlay -o ${usr} ${root}/usr`,
      `mount -t proc proc ${root}/proc`,
      `mount -t tmpfs -o size=64m,mode=1777 tmpfs ${root}/tmp`,
      `mount -t tmpfs -o size=64k,mode=755 tmpfs ${root}/dev`,
      ...["null", "zero", "urandom", "random"].map(
        (device) => `touch ${root}/dev/${device} && mount --bind /dev/${device} ${root}/dev/${device}`,
      ),
    ];
  }
}

export interface Mount {
  readonly from: string;
  readonly to: string;
  readonly readOnly?: boolean;
}

export interface RunStep {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly mounts?: readonly Mount[];
}

export interface ContainerScript {
  readonly argv: readonly string[];
  readonly user: { readonly uid: number; readonly gid: number };
  readonly folder: string;
  readonly volumes: readonly Mount[];
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
