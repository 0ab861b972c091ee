import { canonicalAddress } from "./addresses.ts";
import { err, ok, type Result } from "./result.ts";

/** Where the HTTP server listens. `host` null: every address of this host, both families. */
export type ListenAddress =
  | { readonly kind: "tcp"; readonly host: string | null; readonly port: number }
  | { readonly kind: "unix"; readonly path: string };

const examples = '":10112", "127.0.0.1:10112", "[::1]:10112" or "unix:/run/vrrpwatch/http.sock"';

/** Reads `":10112"`, `"127.0.0.1:9165"`, `"[::1]:10112"`, `"unix:/path"`. Port 0 takes any free port. Never throws. */
export function parseListen(text: string): Result<ListenAddress, string> {
  if (text.startsWith("unix:")) {
    const path = text.slice(5);
    if (!path.startsWith("/")) return err("the path of a Unix socket must be absolute, such as unix:/run/vrrpwatch/http.sock");
    if (/\/\.{0,2}$/.test(path))
      return err("the path of a Unix socket must name a file, not a directory, such as unix:/run/vrrpwatch/http.sock");
    // sun_path holds 108 bytes with its final zero on Linux (unix(7)).
    if (new TextEncoder().encode(path).length > 107 || path.includes("\0")) return err("the path of a Unix socket has at most 107 bytes");
    return ok({ kind: "unix", path });
  }
  const colon = text.lastIndexOf(":");
  if (/^\d+$/.test(text)) return err(`a listen address needs a colon before the port: ":${text.slice(0, 8)}"`);
  if (colon < 0) return err(`not a listen address: write ${examples}`);
  const portText = text.slice(colon + 1);
  const port = /^\d{1,5}$/.test(portText) ? Number(portText) : Number.NaN;
  if (!(port <= 65_535)) return err(`not a listen address: the port must be a number up to 65535, as in ${examples}`);
  const host = text.slice(0, colon);
  if (host === "") return ok({ kind: "tcp", host: null, port });
  const bracketed = host.startsWith("[") && host.endsWith("]");
  const address = canonicalAddress(bracketed ? host.slice(1, -1) : host);
  if (address === null && host === "localhost") return ok({ kind: "tcp", host: "localhost", port });
  if (address === null) return err(`the host of a listen address must be an IP address: write ${examples}`);
  if (address.includes(":") !== bracketed) return err(`an IPv6 address, and nothing else, goes in brackets, as in "[::1]:10112"`);
  return ok({ kind: "tcp", host: address, port });
}

/** The text that `parseListen` reads back to the same address. */
export function formatListen(listen: ListenAddress): string {
  if (listen.kind === "unix") return `unix:${listen.path}`;
  if (listen.host === null) return `:${listen.port}`;
  return listen.host.includes(":") ? `[${listen.host}]:${listen.port}` : `${listen.host}:${listen.port}`;
}
