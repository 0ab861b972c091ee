import { BlockList, isIP } from "node:net";
import { err, ok, type Result } from "../../lib/result.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy for a URL, by the variables that curl knows: `https_proxy`, `http_proxy`, each only for its own scheme, and `no_proxy`; in both
 * cases, small letters first. The error names the variable, never its value. Never throws.
 * @returns null: none
 */
export function proxyFor(target: URL, environment: Environment): Result<URL | null, string> {
  const variable = target.protocol === "https:" ? "https_proxy" : "http_proxy";
  const [name, value] = setting(variable, environment);
  if (value === "" || isExempt(target, setting("no_proxy", environment)[1])) return ok(null);
  const text = value.includes("://") ? value : `http://${value}`;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:"))
    return err(`the environment variable ${name} is not the URL of an HTTP proxy: write one, such as http://proxy.example.net:3128`);
  return ok(url);
}

function setting(variable: string, environment: Environment): readonly [name: string, value: string] {
  const upper = variable.toUpperCase();
  const name = environment[variable] === undefined ? upper : variable;
  return [name, (environment[name] ?? "").trim()];
}

/** `*`, a host name with all below it, an address or a network, each with a port or without. */
function isExempt(target: URL, list: string): boolean {
  const host = bare(target.hostname.toLowerCase());
  const port = target.port === "" ? (target.protocol === "https:" ? "443" : "80") : target.port;
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => entry !== "" && covers(entry, host, port));
}

function covers(entry: string, host: string, port: string): boolean {
  if (entry === "*") return true;
  const [, named = "", wantedPort] = isIP(entry) === 6 ? [entry, entry] : (/^(.*?)(?::(\d+))?$/.exec(entry) ?? []);
  if (wantedPort !== undefined && wantedPort !== port) return false;
  const name = bare(named).replace(/^\*?\./, "");
  if (isIP(host) === 0) return host === name || host.endsWith(`.${name}`);
  return withinNetwork(name, host);
}

function withinNetwork(text: string, host: string): boolean {
  const [network = "", prefix] = text.split("/");
  const family = isIP(network) === 6 ? "ipv6" : "ipv4";
  const longest = family === "ipv6" ? 128 : 32;
  const length = prefix === undefined ? longest : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN;
  if (isIP(network) === 0 || !(length <= longest)) return false;
  const networks = new BlockList();
  networks.addSubnet(network, length, family);
  return networks.check(host, isIP(host) === 6 ? "ipv6" : "ipv4");
}

const bare = (host: string): string => host.replace(/^\[|\](?=$|\/)/g, "");
