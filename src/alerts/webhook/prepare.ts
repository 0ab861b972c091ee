import type { Clock } from "../../lib/clock.ts";
import { err, ok, type Result } from "../../lib/result.ts";
import { type Duration, toSeconds } from "../../lib/time.ts";
import { type HostNames, hostNames } from "./host-names.ts";
import { type Environment, proxyFor } from "./proxy.ts";
import { createRedactor, type Redactor } from "./redact.ts";
import { headerValue, readSecrets, type SecretSettings } from "./secrets.ts";
import { sign } from "./signature.ts";
import type { TlsFiles, TlsSettings } from "./tls-files.ts";
import type { Outgoing, Way } from "./transport.ts";

/** The settings of a receiver that say where and how to post; the keys of the configuration. */
export interface PostOptions extends SecretSettings {
  readonly headers?: Readonly<Record<string, string>>;
  readonly tls?: TlsSettings;
  /** For the whole attempt, from reading the files to the end of the answer. */
  readonly timeout?: Duration;
  /** Added to the path of the URL, such as `/api/v2/alerts`. No setting: it follows from the format. */
  readonly endpoint?: string;
}

export interface PostDeps {
  readonly clock: Clock;
  /** Where the proxy variables are: `process.env`. */
  readonly environment: Environment;
  readonly version: string;
  /** Another one only in tests. */
  readonly names?: HostNames;
}

export interface PrepareDeps extends PostDeps {
  readonly tlsFiles: TlsFiles;
}

/** Makes what is to be sent as JSON; it is told the key that PagerDuty wants within. */
export type Render = (routingKey: string | null) => unknown;

/** All that one attempt needs. Not to be kept. */
export interface Prepared {
  readonly outgoing: Outgoing;
  readonly way: Way;
  readonly redactor: Redactor;
}

/** Why nothing can be sent. `passing`: it may be repaired while the agent runs. */
export interface Unprepared {
  readonly passing: boolean;
  readonly why: string;
}

/** Reads the files, makes the body and the headers, and chooses the way: all of an attempt but the network. Never throws. */
export async function prepare(options: PostOptions, deps: PrepareDeps, id: string, render: Render): Promise<Result<Prepared, Unprepared>> {
  const { headers = {}, endpoint = "" } = options;
  const { clock, environment, version, tlsFiles, names = hostNames } = deps;
  const secrets = await readSecrets(options);
  if (!secrets.ok) return err(mayPass(secrets.error));
  const { signing, authorization, routingKey } = secrets.value;
  const url = withEndpoint(secrets.value.url, endpoint);
  const proxy = proxyFor(url, environment);
  if (!proxy.ok) return err(mayPass(proxy.error));
  const connection = url.protocol === "https:" ? await tlsFiles.read() : ok({});
  if (!connection.ok) return err(mayPass(connection.error));
  for (const [name, value] of Object.entries(headers)) {
    const checked = headerValue(value);
    if (!checked.ok) return err(mayPass(`headers.${name} ${checked.error}`));
  }
  const body = rendered(render, routingKey);
  if (body === null) return err({ passing: false, why: "its body cannot be made: this is a fault in vrrpwatch, please report it" });
  const timestamp = Math.floor(toSeconds(clock.wall()));
  const all = {
    ...lowerCase(headers),
    ...lowerCase(secrets.value.headers),
    ...(authorization === null ? {} : { authorization }),
    "content-type": "application/json",
    "user-agent": `vrrpwatch/${version}`,
    "webhook-id": id,
    "webhook-timestamp": String(timestamp),
    ...(signing === null ? {} : { "webhook-signature": sign(signing, id, timestamp, body) }),
  };
  const redactor = createRedactor({ url, secrets: [...secrets.value.all, ...proxySecrets(proxy.value)] });
  return ok({
    outgoing: { url, headers: all, body },
    way: { tls: connection.value, proxy: proxy.value, lookup: names.lookup(clock) },
    redactor,
  });
}

const mayPass = (why: string): Unprepared => ({ passing: true, why });

function rendered(render: Render, routingKey: string | null): string | null {
  try {
    return JSON.stringify(render(routingKey)) ?? null;
  } catch {
    return null;
  }
}

function withEndpoint(url: URL, endpoint: string): URL {
  if (endpoint === "") return url;
  const whole = new URL(url);
  whole.pathname = whole.pathname.replace(/\/+$/, "") + endpoint;
  return whole;
}

/** The names of headers do not differ by case, but the keys of an object do. */
const lowerCase = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

function proxySecrets(proxy: URL | null): string[] {
  if (proxy === null) return [];
  // Without a password the user name may be a token.
  const secret = proxy.password === "" ? proxy.username : proxy.password;
  return secret === "" ? [] : [secret, `${proxy.username}:${proxy.password}`];
}
