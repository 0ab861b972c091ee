import type { Server } from "node:http";
import type { Socket } from "node:net";
import type { TLSSocket, TlsOptions } from "node:tls";
import type { FastifyReply, FastifyRequest } from "fastify";
import { clientKey } from "../../lib/client-key.ts";
import type { Clock } from "../../lib/clock.ts";
import { RateLimiter } from "../../lib/rate-limiter.ts";
import { seconds } from "../../lib/time.ts";
import { secureContextOptions } from "../../lib/tls-options.ts";
import { TokenBucket } from "../../lib/token-bucket.ts";
import { authenticates, type WebConfig, type WebTls } from "../../lib/web-config.ts";
import { noRefusals, type WebRefusal } from "../../lib/web-view.ts";
import type { HttpLog } from "../deps.ts";
import { RequestError } from "../request-error.ts";
import { BasicAuth } from "./basic-auth.ts";
import { judgeCertificate } from "./client-certificate.ts";
import { PasswordChecker } from "./password-checker.ts";

export interface WebAccessDeps {
  readonly clock: Clock;
  readonly log: HttpLog;
}

/** What holds without a web configuration file. */
const open: WebConfig = { tls: null, headers: {}, users: new Map(), rateLimit: null };

const LOG_INTERVAL = seconds(60);
const MOST_LOGGED_CLIENTS = 256;

/** What a TLS server is asked for; Node's documentation leaves out that it looks at these for each connection. */
type TlsServer = Server & { requestCert?: boolean; setSecureContext(options: TlsOptions): void };

/** Who may read over `web.listen`: TLS, client certificates, passwords, rate limit and headers, for all listeners as one. */
export class WebAccess {
  readonly #deps: WebAccessDeps;
  readonly #auth: BasicAuth;
  readonly #logged = new RateLimiter({ interval: LOG_INTERVAL, maxKeys: MOST_LOGGED_CLIENTS });
  readonly #refused = noRefusals();
  readonly #servers = new Set<TlsServer>();
  /** Which of the trusts that held one after another let a connection in: the one of its beginning, on the socket below TLS and the one above. */
  readonly #trustOf = new WeakMap<Socket, number>();
  #trust = 0;
  #config: WebConfig;
  #bucket: TokenBucket | null = null;

  constructor(config: WebConfig | null, deps: WebAccessDeps) {
    this.#deps = deps;
    const priorityRefused = (why: string): void =>
      deps.log.warn({ why }, "passwords are compared at the priority of the capture: allow setpriority(2) to the agent");
    this.#auth = new BasicAuth(new PasswordChecker({ priorityRefused }));
    this.#config = config ?? open;
    this.#take(this.#config);
  }

  get config(): WebConfig {
    return this.#config;
  }

  /** Whether whoever gets an answer has proved to be somebody. */
  get authenticates(): boolean {
    return authenticates(this.#config);
  }

  get refused(): Readonly<Record<WebRefusal, number>> {
    return this.#refused;
  }

  count(reason: WebRefusal): void {
    this.#refused[reason] += 1;
  }

  /** What keeps this configuration from being taken over while the agent runs, for a person; null: nothing. */
  obstacle(next: WebConfig | null): string | null {
    const { tls } = next ?? open;
    if ((tls === null) === (this.#config.tls === null)) return null;
    return `${tls === null ? "TLS cannot be switched off" : "TLS cannot be switched on"} while the agent runs: restart it`;
  }

  /**
   * From now on this holds: TLS for new connections, the rest for the next request.
   * @returns `null`, or what stands in the way, for a person: then the old one goes on to hold
   * @throws what OpenSSL says; a configuration that was read by `readWebConfig` has been tried
   */
  replace(next: WebConfig | null): { readonly problem: string | null; readonly evicts: boolean } {
    const config = next ?? open;
    const old = this.#config;
    const problem = this.obstacle(config);
    if (problem !== null) return { problem, evicts: false };
    if (config.tls !== null) for (const server of this.#servers) this.#secure(server, config.tls);
    const trusts = config.tls !== null && old.tls !== null && !sameTrust(config.tls, old.tls);
    this.#take(config);
    this.#config = config;
    if (trusts) {
      this.#trust += 1;
      for (const server of this.#servers) server.closeIdleConnections();
    }
    return { problem: null, evicts: trusts || !sameUsers(config.users, old.users) };
  }

  /** How a server of TLS is to be made; null for plain HTTP. */
  get tlsOptions(): TlsOptions | null {
    const { tls } = this.#config;
    if (tls === null) return null;
    // Whoever is not trusted is refused by `#judge`, which knows all five types and counts.
    return { ...secureContextOptions(tls), requestCert: wantsCertificates(tls), rejectUnauthorized: false, ALPNProtocols: ["http/1.1"] };
  }

  /** Judges the clients' certificates of this server from now on, and keeps its own certificate up to date. */
  guard(server: Server): void {
    this.#servers.add(server as TlsServer);
    server.once("close", () => this.#servers.delete(server as TlsServer));
    server.on("connection", (socket: Socket) => this.#trustOf.set(socket, this.#trust));
    // Before HTTP gets to see the connection.
    server.prependListener("secureConnection", (socket: TLSSocket) => this.#judge(socket));
  }

  /** Lets a request go on, or says why not. @throws RequestError */
  async admit(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    reply.headers(this.#config.headers);
    const { socket } = request.raw;
    if (this.#config.tls !== null && this.#trustOf.get(socket) !== this.#trust)
      throw new RequestError(421, "connection_outdated", "who is trusted has changed: connect again", { headers: { connection: "close" } });
    if (this.#bucket?.take(this.#deps.clock.now()) === false) {
      this.count("rate_limit");
      const wait = Math.max(1, Math.ceil((this.#config.rateLimit?.interval ?? 0) / 1e6));
      throw new RequestError(429, "too_many_requests", "more requests than rate_limit allows", {
        headers: { "retry-after": String(wait) },
      });
    }
    if (this.#config.users.size > 0) await this.#authenticate(request);
  }

  async close(): Promise<void> {
    await this.#auth.close();
  }

  async #authenticate(request: FastifyRequest): Promise<void> {
    const { socket, headers } = request.raw;
    const client = clientKey(socket.remoteAddress);
    const verdict = await this.#auth.verify(headers.authorization, client, () => socket.destroyed);
    if (verdict === "ok") return;
    if (verdict === "busy") {
      this.count("password_queue");
      throw new RequestError(503, "too_busy", "too many passwords wait to be checked: try again", { headers: { "retry-after": "1" } });
    }
    this.count(verdict === "missing" ? "credentials_missing" : "credentials_wrong");
    // Never the name: people type passwords into that field, too.
    if (verdict === "wrong") this.#log(client, { client: socket.remoteAddress ?? "unix" }, "a client gave a wrong user name or password");
    throw new RequestError(401, "unauthorized", "a user name and a password are needed, and the right ones", {
      headers: { "www-authenticate": 'Basic realm="vrrpwatch", charset="UTF-8"' },
    });
  }

  #judge(socket: TLSSocket): void {
    const { tls } = this.#config;
    if (tls === null) return;
    const trust = this.#trustOf.get(below(socket));
    // OpenSSL has verified it by the authority that held when the handshake began.
    if (trust !== this.#trust) {
      socket.destroy();
      return;
    }
    this.#trustOf.set(socket, trust);
    const refusal = judgeCertificate(socket, tls, this.#deps.clock.wall());
    if (refusal === null) return;
    this.count("client_certificate");
    const client = socket.remoteAddress ?? "unix";
    // OpenSSL's own word for it, such as CERT_HAS_EXPIRED.
    const why = refusal === "not trusted" ? String(socket.authorizationError ?? refusal) : refusal;
    this.#log(`certificate ${clientKey(socket.remoteAddress)}`, { client, why }, "a client is refused for its certificate");
    socket.destroy();
  }

  #log(key: string, fields: Readonly<Record<string, unknown>>, message: string): void {
    const suppressed = this.#logged.admit(key, this.#deps.clock.now());
    if (suppressed !== null) this.#deps.log.warn({ ...fields, suppressed }, message);
  }

  #take({ users, rateLimit }: WebConfig): void {
    this.#auth.users = users;
    if (
      this.#bucket !== null &&
      rateLimit?.burst === this.#config.rateLimit?.burst &&
      rateLimit?.interval === this.#config.rateLimit?.interval
    )
      return;
    this.#bucket = rateLimit === null ? null : new TokenBucket(rateLimit.burst, 1e6 / rateLimit.interval);
  }

  #secure(server: TlsServer, tls: WebTls): void {
    server.setSecureContext(secureContextOptions(tls));
    server.requestCert = wantsCertificates(tls);
  }
}

/** The socket that TLS was put upon, which Node keeps but does not document; without it nobody is let in. */
const below = (socket: TLSSocket & { readonly _parent?: Socket }): Socket => socket._parent ?? socket;

const wantsCertificates = ({ clientAuth }: WebTls): boolean => clientAuth !== "NoClientCert";

const sameTrust = (a: WebTls, b: WebTls): boolean =>
  a.clientCa === b.clientCa && a.clientAuth === b.clientAuth && JSON.stringify(a.clientAllowedSans) === JSON.stringify(b.clientAllowedSans);

const sameUsers = (a: WebConfig["users"], b: WebConfig["users"]): boolean =>
  a.size === b.size && [...a].every(([name, hash]) => b.get(name) === hash);
