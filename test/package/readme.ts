import { readFileSync } from "node:fs";
import path from "node:path";
import { root } from "../contract/repository.ts";

/** The commands of the code block that follows a bold lead in the README's "Install", such as "Debian": a line each, as one would type them. */
export function installSteps(lead: string): string[] {
  const readme = readFileSync(path.join(root, "README.md"), "utf8");
  const section = /^## Install\n(.*?)^## /ms.exec(readme)?.[1] ?? "";
  const block = new RegExp(`^\\*\\*${lead}.*?\`\`\`\\n(.*?)^\`\`\``, "ms").exec(section)?.[1] ?? "";
  return block
    .split("\n")
    .map((line) => line.replace(/\s+#.*$/, "").trim())
    .filter(Boolean);
}
