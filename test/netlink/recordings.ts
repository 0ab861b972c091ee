import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../src/capture/native.ts";
import { type RouteMessage, splitDatagram } from "../../src/netlink/datagram.ts";

/** A datagram as the kernel (6.18, x86-64) sent it to the event socket. */
export function recorded(name: string): Buffer {
  return Buffer.from(readFileSync(join(packageRoot(), "test", "netlink", "recordings", `${name}.base64`), "utf8"), "base64");
}

export function recordedMessage(name: string): RouteMessage {
  const [message] = splitDatagram(recorded(name)) ?? [];
  if (message === undefined) throw new Error(`the recording ${name} holds no message`);
  return message;
}
