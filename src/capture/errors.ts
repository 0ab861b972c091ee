import { AgentError } from "../lib/errors.ts";

export type CaptureErrorCode = "ERR_CAPTURE_DENIED" | "ERR_CAPTURE_NO_DEVICE" | "ERR_CAPTURE_LOST" | "ERR_CAPTURE_UNAVAILABLE";

/** Opening or reading a live source of frames failed. Only `ERR_CAPTURE_LOST` is worth opening the source again. */
export class CaptureError extends AgentError<CaptureErrorCode> {
  static denied(cause: unknown): CaptureError {
    return new CaptureError(
      "ERR_CAPTURE_DENIED",
      "capturing frames needs CAP_NET_RAW, which this process does not have: run as root, " +
        `or grant it with "setcap cap_net_raw+ep ${process.execPath}", or with "AmbientCapabilities=CAP_NET_RAW" in the systemd unit`,
      { cause },
    );
  }

  static noDevice(name: string, cause: unknown): CaptureError {
    return new CaptureError("ERR_CAPTURE_NO_DEVICE", `there is no interface ${name}: see "ip link" for those that exist`, { cause });
  }

  static lost(what: string, cause: unknown): CaptureError {
    return new CaptureError("ERR_CAPTURE_LOST", `the capture on ${what} ended: it is opened again`, { cause });
  }

  /** npm pcap cannot close a session, so each device that disappears costs a descriptor and a ring for the life of the process. */
  static exhausted(sessions: number): CaptureError {
    return new CaptureError(
      "ERR_CAPTURE_LOST",
      `${sessions} captured interfaces have disappeared, and libpcap's captures of them cannot be closed: restart the agent, ` +
        'or use "capture.backend: af_packet", which has no such bound',
    );
  }

  static unavailable(what: string, remedy: string, cause?: unknown): CaptureError {
    return new CaptureError("ERR_CAPTURE_UNAVAILABLE", `${what}: ${remedy}`, { cause });
  }
}

/** The `code` of a failed system call ("EPERM"), or the empty string. */
export function systemCode(error: unknown): string {
  const code: unknown = error instanceof Error && "code" in error ? error.code : "";
  return typeof code === "string" ? code : "";
}
