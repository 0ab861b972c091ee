import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** The child as one file, without what only eyes want: it is read in half the time of a hundred files. @param path where to */
export async function bundleChild(path: string): Promise<void> {
  await build({
    entryPoints: [fileURLToPath(new URL("child.js", import.meta.url))],
    bundle: true,
    platform: "node",
    format: "cjs",
    outfile: path,
    minifyWhitespace: true,
    minifySyntax: true,
    logLevel: "error",
  });
}
