import type { Path } from "../problems.ts";
import { tlsVersionNames } from "./tls-names.ts";

/** A problem between settings that are each right on their own. */
interface Problem {
  readonly path: Path;
  readonly message: string;
}

type Fields = Readonly<Record<string, unknown>>;

const MOST_USERS = 1_000;
const section = "tls_server_config";
const verifying: readonly unknown[] = ["VerifyClientCertIfGiven", "RequireAndVerifyClientCert"];
const requiring: readonly unknown[] = ["RequireAnyClientCert", "RequireClientCert", "RequireAndVerifyClientCert"];

/** Checks what no single setting shows. Works on the raw values and passes over what the schema refuses. */
export function checkWebFile(raw: unknown): Problem[] {
  const root = group(raw);
  const problems = root[section] === undefined ? [] : checkTls(group(root[section]));
  const limit = group(root["rate_limit"]);
  const limits = typeof limit["interval"] === "string" && /[1-9]/.test(limit["interval"]);
  if (limits && (limit["burst"] ?? 0) === 0)
    problems.push({ path: ["rate_limit"], message: "needs burst, the number of requests at once: with 0 every request would be refused" });
  if (Object.keys(group(root["basic_auth_users"])).length > MOST_USERS)
    problems.push({
      path: ["basic_auth_users"],
      message: `has more than ${MOST_USERS} users: put a proxy in front, or use client certificates`,
    });
  return problems;
}

function checkTls(tls: Fields): Problem[] {
  const problems: Problem[] = [];
  const say = (key: string | null, message: string): void => {
    problems.push({ path: key === null ? [section] : [section, key], message });
  };
  for (const [key, what] of [
    ["cert", "the server's certificate"],
    ["key", "its private key"],
  ] as const) {
    if (tls[key] !== undefined && tls[`${key}_file`] !== undefined)
      say(`${key}_file`, `and ${key} are two ways to say one thing: keep one of them`);
    if (tls[key] === undefined && tls[`${key}_file`] === undefined) say(null, `needs ${key}_file or ${key}: ${what}`);
  }
  const { client_auth_type: type = "NoClientCert", client_ca: ca, client_ca_file: caFile, client_allowed_sans: names } = tls;
  if (ca !== undefined && caFile !== undefined) say("client_ca_file", "and client_ca are two ways to say one thing: keep one of them");
  const given = caFile !== undefined ? "client_ca_file" : ca !== undefined ? "client_ca" : null;
  if (given !== null && type === "NoClientCert")
    say(given, "is given, but client_auth_type does not ask for certificates: set it to RequireAndVerifyClientCert");
  if (given === null && verifying.includes(type))
    say("client_auth_type", "needs client_ca_file or client_ca: whose certificates are accepted");
  if (names !== undefined && !requiring.includes(type))
    say("client_allowed_sans", "needs client_auth_type RequireAndVerifyClientCert: a client may come without a certificate else");
  return [...problems, ...checkVersions(tls)];
}

function checkVersions({ min_version: min = "TLS12", max_version: max = "TLS13" }: Fields): Problem[] {
  const [least, most] = [min, max].map((name) => (tlsVersionNames as readonly unknown[]).indexOf(name));
  if (least === undefined || most === undefined || least < 0 || most < 0) return [];
  const problem = (message: string): Problem[] => [{ path: [section, "max_version"], message }];
  // OpenSSL has no ciphers for them at its usual level of security.
  if (most < tlsVersionNames.indexOf("TLS12")) return problem("must be TLS12 or TLS13: what is older is not spoken here");
  return least > most ? problem("is older than min_version") : [];
}

function group(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value)) : {};
}
