import { createRequire } from "node:module";
import type * as Netlink from "netlink";
import type { Link } from "../lib/link.ts";
import type { LocalAddress } from "../lib/local-address.ts";
import { IFADDR_BYTES, RTM_GETADDR, translateAddress } from "./address-message.ts";
import type { RouteMessage } from "./datagram.ts";
import { NetlinkError } from "./errors.ts";
import { type LinkAttributes, type ParseLinkAttributes, RTM_GETLINK, translateLink } from "./link-message.ts";

const NETLINK_ROUTE = 0;
const NLM_F_ROOT_MATCH = 0x300;
const NLM_F_DUMP_INTR = 0x10;
const IFINFO_BYTES = 16;
const ATTEMPTS = 5;
const TIMEOUT_MS = 2_000;

/** The parts of npm netlink that are used. Its index also loads the tables of wireless, WireGuard and generic netlink: 5 MB. */
interface Library {
  readonly createNetlink: typeof Netlink.createNetlink;
  readonly rt: Pick<typeof Netlink.rt, "parseMessage">;
}

let loaded: Library | undefined;

/** Loaded when first needed: it carries a native part that replay does not want. Once: later its files may not be ours to read. */
function library(): Library {
  loaded ??= load();
  return loaded;
}

function load(): Library {
  const require = createRequire(import.meta.url);
  try {
    const { createNetlink } = require("netlink/dist/netlink.js") as Pick<typeof Netlink, "createNetlink">;
    return { createNetlink, rt: require("netlink/dist/rt/structs.js") as typeof Netlink.rt };
  } catch (cause) {
    throw NetlinkError.unavailable(cause);
  }
}

/** The attribute decoder of npm netlink. @throws ERR_NETLINK_UNAVAILABLE */
export function attributeParser(): ParseLinkAttributes {
  const { rt } = library();
  return (type, data) => (rt.parseMessage(type, data) as unknown as { readonly attrs: LinkAttributes }).attrs;
}

/** Everything that the monitor follows, as one moment has it. */
export interface RouteState {
  readonly links: readonly Link[];
  readonly addresses: readonly LocalAddress[];
}

/** Reads all devices and all addresses from the kernel. @throws ERR_NETLINK_UNAVAILABLE, ERR_NETLINK_DUMP */
export async function dumpRoutes(parse: ParseLinkAttributes): Promise<RouteState> {
  // Addresses last: one of a device that came meanwhile is of a device that is not known, never the other way round.
  const links = linksOf(await dump(RTM_GETLINK, IFINFO_BYTES), parse);
  return { links, addresses: addressesOf(await dump(RTM_GETADDR, IFADDR_BYTES)) };
}

/**
 * One dump on a socket of its own that lives no longer: replies of two requests mix on one socket, and events break into
 * them. A dump during which the list changed is marked by the kernel and repeated.
 */
async function dump(type: number, headerBytes: number): Promise<readonly RouteMessage[]> {
  const { createNetlink } = library();
  let cause: unknown;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const socket = createNetlink(NETLINK_ROUTE);
    // Without a listener an error event of the library ends the process.
    socket.on("error", (error) => {
      cause = error;
    });
    try {
      const [messages] = await socket.request(type, Buffer.alloc(headerBytes), { flags: NLM_F_ROOT_MATCH, timeout: TIMEOUT_MS });
      if (!messages.some((message) => (message.flags & NLM_F_DUMP_INTR) !== 0)) return messages;
      cause = new Error("the list changed while it was read");
    } catch (error) {
      cause = error;
    } finally {
      socket.close();
    }
  }
  throw NetlinkError.dump(ATTEMPTS, cause);
}

function linksOf(messages: readonly RouteMessage[], parse: ParseLinkAttributes): readonly Link[] {
  const links: Link[] = [];
  for (const message of messages) {
    const translated = translateLink(message, parse);
    if (translated?.kind === "present") links.push(translated.link);
  }
  return links;
}

function addressesOf(messages: readonly RouteMessage[]): readonly LocalAddress[] {
  const addresses: LocalAddress[] = [];
  for (const message of messages) {
    const translated = translateAddress(message);
    if (translated?.kind === "present") addresses.push(translated.address);
  }
  return addresses;
}
