import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HostFact } from "../../../src/core/host-facts.ts";
import type { NotifyDeps } from "../../../src/keepalived/notify/deps.ts";
import { formatLine } from "../../../src/keepalived/notify/line.ts";
import { systemClock } from "../../../src/lib/clock.ts";

export { waitFor } from "../../lab/framework/wait.ts";

interface LogLine {
  readonly level: "info" | "warn";
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

/** What an intake delivered and logged. */
export class Sink implements NotifyDeps {
  readonly clock = systemClock;
  readonly facts: HostFact[] = [];
  readonly logged: LogLine[] = [];
  readonly log = {
    info: (fields: LogLine["fields"], message: string) => void this.logged.push({ level: "info", fields, message }),
    warn: (fields: LogLine["fields"], message: string) => void this.logged.push({ level: "warn", fields, message }),
  };

  deliver = (fact: HostFact): void => void this.facts.push(fact);

  /** The notify calls as lines, `!` for one that could not be parsed. */
  get lines(): string[] {
    return this.facts.flatMap((fact) => {
      if (fact.kind === "notify_unparsable") return ["!"];
      return fact.kind === "notify" ? [formatLine(fact.notify)] : [];
    });
  }

  get warnings(): string[] {
    return this.logged.filter(({ level }) => level === "warn").map(({ fields, message }) => `${message}: ${JSON.stringify(fields)}`);
  }

  last(): HostFact & { kind: "notify" } {
    const fact = this.facts.at(-1);
    if (fact?.kind !== "notify") throw new Error(`no notify call: ${JSON.stringify(fact)}`);
    return fact;
  }
}

/** A folder of its own; short, because the path of a Unix socket holds 107 bytes. */
export function temporaryFolder(): { readonly path: string; at(name: string): string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "vw-n-"));
  return { path, at: (name) => join(path, name), remove: () => rmSync(path, { recursive: true, force: true }) };
}

export const mkfifo = (path: string): void => void execFileSync("mkfifo", ["-m", "600", path]);
