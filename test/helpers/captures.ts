import { existsSync, readFileSync } from "node:fs";
import { instant } from "../../src/lib/time.ts";
import type { Frame } from "../../src/wire/frame.ts";
import { createCaptureParser } from "../../src/wire/pcap/parser.ts";

/** The folder `test/captures` of the repository: the compiled tests lie at another depth than the sources. */
export const capturesFolder: URL = findUp(new URL(".", import.meta.url));

function findUp(directory: URL): URL {
  const candidate = new URL("test/captures/", directory);
  if (existsSync(candidate)) return candidate;
  if (directory.pathname === "/") throw new Error("test/captures was not found above this file");
  return findUp(new URL("..", directory));
}

export const readCapture = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(name, capturesFolder)));

/** All frames of a capture file, with bytes of their own. */
export function framesOf(name: string): Frame[] {
  const frames: Frame[] = [];
  const parser = createCaptureParser({
    record: (r) =>
      frames.push({
        at: instant(r.wall),
        wall: r.wall,
        interface: r.interface,
        direction: r.direction,
        linkType: r.linkType,
        bytes: Uint8Array.from(r.bytes),
        length: r.length,
      }),
  });
  parser.push(readCapture(name));
  parser.end();
  return frames;
}
