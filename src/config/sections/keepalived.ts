import * as z from "zod";
import { DEFAULT_NOTIFY_SOCKET } from "../../lib/default-paths.ts";
import { onlyAtStart, path, text } from "../fields.ts";

/** What keepalived on this host tells us. */
export const keepalivedSection = z.strictObject({
  config: onlyAtStart(
    path().default("/etc/keepalived/keepalived.conf").describe("The configuration that keepalived runs with. Only read, never written."),
  ),
  notify_fifo: onlyAtStart(
    path().default("/run/vrrpwatch/notify.fifo").describe("The FIFO that keepalived writes its state changes to (vrrp_notify_fifo)."),
  ),
  notify_socket: onlyAtStart(
    path()
      .default(DEFAULT_NOTIFY_SOCKET)
      .describe("The socket for notify scripts. The user that keepalived runs scripts as may write here, and do nothing else."),
  ),
  notify_group: onlyAtStart(
    text(32)
      .nullable()
      .default(null)
      .describe(
        "Group whose members may write to notify_socket, beside the agent's own user and root. null: the group of the user keepalived_script, if there is one.",
      ),
  ),
  pid_file: onlyAtStart(path().default("/run/keepalived.pid").describe("Where keepalived writes the process id of its parent (--pid).")),
  vrrp_pid_file: onlyAtStart(
    path().default("/run/vrrp.pid").describe("Where keepalived writes the process id of its VRRP process (--vrrp_pid)."),
  ),
});
