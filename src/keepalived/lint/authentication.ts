import type { Report } from "./finding.ts";
import { named } from "./keywords.ts";
import { lastOf } from "./values.ts";
import type { ConfView, InstanceView } from "./view.ts";

const LONGEST_PASSWORD = 8;

/** `authentication { }`. The parser keeps no password, only its length. */
export function checkAuthentication(view: ConfView, report: Report): void {
  for (const instance of view.instances) checkInstance(instance, report);
}

function checkInstance({ name, block, version, family, state, strict }: InstanceView, report: Report): void {
  const blocks = named(block, "authentication");
  const statement = blocks.at(-1);
  if (statement === undefined) return;
  const all = blocks.flatMap((one) => one.block ?? []);
  for (const line of named(all, "auth_pass"))
    if ((line.secretLength ?? 0) > LONGEST_PASSWORD) report("auth_pass_long", line, "auth_pass is longer than 8 characters", name);
  for (const line of named(all, "auth_type")) {
    const word = line.words[1] ?? "";
    // The word is not shown: a password may have slipped there.
    if (word !== "" && word !== "PASS" && word !== "AH")
      report("auth_type_unknown", line, "there is no such authentication type: PASS and AH are", name);
  }
  const type = lastOf(all, "auth_type");
  const kind = type?.words[1];
  const password = lastOf(all, "auth_pass")?.secretLength ?? 0;
  if (type === undefined) {
    if (password > 0) report("auth_type_missing", statement, "auth_pass without auth_type", name);
    return;
  }
  if (kind !== "PASS" && kind !== "AH") return;
  // In the order of vrrp_complete_instance(): the first that applies clears the authentication.
  if (version === 3) report("auth_version_3", statement, `${name} speaks version 3, which has no authentication`, name);
  else if (strict) report("strict_authentication", statement, "authentication in strict mode", name);
  else if (password === 0) report("auth_no_password", statement, `auth_type ${kind} without auth_pass`, name);
  else if (kind === "AH" && family === "ipv6") report("auth_ah_ipv6", type, "AH with IPv6", name);
  else if (kind === "AH" && state === "MASTER") report("auth_ah_master", type, "AH with state MASTER", name);
}
