import { hostname } from "node:os";
import type { Config } from "../config/schema.ts";
import type { ControlDeps } from "../http/control-routes.ts";
import type { ControlSocket } from "../http/control-socket.ts";
import type { HttpDeps } from "../http/deps.ts";
import type { HttpServer } from "../http/server.ts";
import type { Clock } from "../lib/clock.ts";
import { formatListen, type ListenAddress } from "../lib/listen.ts";
import { componentLogger, type Logger } from "../lib/log.ts";
import type { WebView } from "../lib/web-view.ts";
import { fieldsFirst } from "./fields-first.ts";
import { docsFolder, lateCode } from "./late-code.ts";
import { followWebConfig, type GoodWebConfig, type WebConfigFile } from "./web-config-file.ts";

/** Everything that answers HTTP: the listeners of `web.listen`, and the control socket. Loaded late: the capture comes first. */
export class HttpService {
  readonly #log: Logger;
  readonly #server: HttpServer;
  readonly #control: ControlSocket;
  /** null where the configuration names none. */
  readonly webConfig: WebConfigFile | null;

  private constructor(log: Logger, server: HttpServer, control: ControlSocket, webConfig: WebConfigFile | null) {
    this.webConfig = webConfig;
    this.#log = log;
    this.#server = server;
    this.#control = control;
  }

  /** Nothing listens before `listen`. */
  static async prepare(
    { listen, control_socket: path }: Config["web"],
    root: Logger,
    clock: Clock,
    web: GoodWebConfig | null,
    served: Omit<HttpDeps, "log" | "pages" | "processMetrics">,
    controlled: ControlDeps,
  ): Promise<HttpService> {
    const [{ createServer }, { PageFolder }, { ControlSocket }, { ProcessMetrics }] = await Promise.all([
      lateCode.httpServer(),
      lateCode.pageFolder(),
      lateCode.controlSocket(),
      lateCode.processMetrics(),
    ]);
    const log = componentLogger(root, "http");
    const deps: HttpDeps = {
      ...served,
      processMetrics: new ProcessMetrics(),
      pages: new PageFolder(docsFolder.url),
      log: fieldsFirst(log),
    };
    const hostName = hostname();
    const server = createServer({ listen, hostName, web: web?.config ?? null }, deps, { clock, incidents: controlled.incidents });
    const control = new ControlSocket({ path, hostName }, deps, controlled, fieldsFirst(log));
    return new HttpService(log, server, control, web === null ? null : followWebConfig(web, server, clock, log));
  }

  /**
   * @param bound called once the addresses are had, before anything else is waited for: no privilege is needed any more
   * @returns where it serves
   * @throws HttpError, and what `bound` throws
   */
  async listen(bound: () => void): Promise<readonly ListenAddress[]> {
    const listening = await this.#server.listen();
    bound();
    this.webConfig?.start();
    await this.#control.start();
    for (const address of listening) this.#log.info({ listen: formatListen(address) }, "serving");
    return listening;
  }

  view(): WebView {
    return { reload: null, certificateNotAfter: null, ...this.#server.view(), ...this.webConfig?.view() };
  }

  async close(): Promise<void> {
    await this.webConfig?.close();
    await Promise.all([this.#server.close(), this.#control.close()]);
  }
}
