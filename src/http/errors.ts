import { AgentError } from "../lib/errors.ts";
import { formatListen, type ListenAddress } from "../lib/listen.ts";
import { systemCode } from "../lib/system-code.ts";

export type HttpErrorCode = "ERR_HTTP_ADDRESS_IN_USE" | "ERR_HTTP_ADDRESS_DENIED" | "ERR_HTTP_ADDRESS_UNAVAILABLE" | "ERR_HTTP_LISTEN";

/** The server cannot listen where it was told to. At start that ends the program with status 3. */
export class HttpError extends AgentError<HttpErrorCode> {
  /** @param cause what Node threw; its `code` picks the remedy */
  static listen(address: ListenAddress, cause: unknown): HttpError {
    const where = formatListen(address);
    switch (systemCode(cause)) {
      case "EADDRINUSE":
        return new HttpError(
          "ERR_HTTP_ADDRESS_IN_USE",
          `cannot listen on ${where}: another program (a second vrrpwatch?) listens there already; stop it, or set web.listen or --listen to another address`,
          { cause },
        );
      case "EACCES":
      case "EPERM":
        return new HttpError("ERR_HTTP_ADDRESS_DENIED", `cannot listen on ${where}: permission denied; ${deniedRemedy(address)}`, {
          cause,
        });
      case "EADDRNOTAVAIL":
      case "EAFNOSUPPORT":
      case "ENOTFOUND":
      case "ENOENT":
        return new HttpError("ERR_HTTP_ADDRESS_UNAVAILABLE", `cannot listen on ${where}: ${unavailableRemedy(address)}`, { cause });
      default:
        return new HttpError("ERR_HTTP_LISTEN", `cannot listen on ${where}: ${cause instanceof Error ? cause.message : String(cause)}`, {
          cause,
        });
    }
  }
}

function deniedRemedy(address: ListenAddress): string {
  if (address.kind === "unix") return "let the agent's user write to the socket's directory";
  return "take a port above 1023, or grant CAP_NET_BIND_SERVICE";
}

function unavailableRemedy(address: ListenAddress): string {
  if (address.kind === "unix") return "create the socket's directory";
  return "this host has no such address; correct web.listen or --listen, or wait until the address is there";
}
