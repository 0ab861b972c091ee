import { CaptureError } from "../capture/errors.ts";
import { loadNative, type Native } from "../capture/native.ts";
import type { LinkView } from "../lib/link.ts";
import type { AddressView } from "../netlink/address-table.ts";
import { attributeParser, dumpRoutes } from "../netlink/dump.ts";
import { NetlinkError } from "../netlink/errors.ts";
import { RouteMonitor } from "../netlink/route-monitor.ts";
import { RoutePoller } from "../netlink/route-poller.ts";
import { SystemLinks } from "../netlink/system-links.ts";

/** The network devices and addresses of this host, as they come and go. */
export interface Links {
  readonly table: LinkView;
  readonly addresses: AddressView;
  start(): Promise<void>;
  close(): void;
}

/** The addon, or undefined where only the libpcap backend can do without it. @throws ERR_CAPTURE_UNAVAILABLE */
export function nativeFor(backend: "af_packet" | "libpcap", load: () => Native = loadNative): Native | undefined {
  try {
    return load();
  } catch (error) {
    if (backend === "libpcap" && error instanceof CaptureError) return undefined;
    throw error;
  }
}

/**
 * Follows the devices as well as this host lets us: by the kernel's events; without the addon by asking the kernel again and
 * again; where there is no netlink by what Node tells of them.
 * @throws ERR_NETLINK_UNAVAILABLE
 */
export function followLinks(native: Native | undefined, warn: (message: string, error?: unknown) => void): Links {
  if (native !== undefined) return new RouteMonitor({ EventSocket: native.NetlinkSocket, warn });
  if (process.platform === "linux") {
    try {
      const parse = attributeParser();
      warn("without the native addon interfaces are looked at every 2 seconds only, and the VRRP groups are not joined");
      return new RoutePoller({ dump: () => dumpRoutes(parse), warn });
    } catch (error) {
      if (!(error instanceof NetlinkError)) throw error;
    }
  }
  warn("without netlink only interfaces with an address are known, looked at every 2 seconds, and the VRRP groups are not joined");
  const system = new SystemLinks();
  return new RoutePoller({ dump: async () => system.dump(), warn });
}
