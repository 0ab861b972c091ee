import type { Path } from "../problems.ts";
import { costOf, HIGH_COST } from "./bcrypt-hash.ts";
import type { WebFile } from "./schema.ts";
import { isWeak } from "./tls-names.ts";

interface Warning {
  readonly path: Path;
  readonly message: string;
}

/** What is allowed, and mostly a mistake. */
export function webFileWarnings({ tls_server_config: tls, basic_auth_users: users }: WebFile): Warning[] {
  const warnings: Warning[] = [];
  const say = (path: Path, message: string): void => {
    warnings.push({ path, message });
  };
  if (tls === undefined && Object.keys(users).length === 0)
    say([], "gives neither TLS nor users: whoever reaches the port reads everything");
  if (tls === undefined && Object.keys(users).length > 0)
    say(["basic_auth_users"], "without tls_server_config: passwords go over the network in clear text");
  for (const [name, hash] of Object.entries(users)) {
    if (costOf(hash) > HIGH_COST)
      say(
        ["basic_auth_users", name],
        `has the cost ${costOf(hash)}: a login takes seconds, and wrong passwords keep a processor busy; 10 is usual`,
      );
  }
  if (tls === undefined) return warnings;
  const at = (key: string): Path => ["tls_server_config", key];
  if (tls.min_version === "TLS10" || tls.min_version === "TLS11")
    say(at("min_version"), "is allowed by the format, but nothing below TLS12 is spoken here");
  for (const [i, suite] of tls.cipher_suites.entries())
    if (isWeak(suite)) say([...at("cipher_suites"), i], "has no forward secrecy: take a suite that begins with TLS_ECDHE");
  const unverified = tls.client_auth_type === "RequestClientCert" || tls.client_auth_type === "RequireAnyClientCert";
  if (unverified)
    say(at("client_auth_type"), "accepts any certificate, also one that a client made itself: RequireAndVerifyClientCert is safe");
  if (unverified && tls.client_allowed_sans !== undefined)
    say(at("client_allowed_sans"), "protects nothing: without verification a client writes any name into its certificate");
  return warnings;
}
