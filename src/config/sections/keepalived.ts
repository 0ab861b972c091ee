import * as z from "zod";
import { path } from "../fields.ts";

/** What keepalived on this host tells us. */
export const keepalivedSection = z.strictObject({
  config: path()
    .default("/etc/keepalived/keepalived.conf")
    .describe("The configuration that keepalived runs with. Only read, never written."),
  notify_fifo: path()
    .default("/run/vrrpwatch/notify.fifo")
    .describe("The FIFO that keepalived writes its state changes to (vrrp_notify_fifo)."),
  notify_socket: path()
    .default("/run/vrrpwatch/notify.sock")
    .describe("The socket for notify scripts. The user that keepalived runs scripts as may write here, and do nothing else."),
});
