import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { ConfReader } from "../../../src/keepalived/conf/conf-reader.ts";
import { parseConf } from "../../../src/keepalived/conf/parse.ts";
import { type Finding, type LintCode, lintCodes } from "../../../src/keepalived/lint/finding.ts";
import type { HostProbe } from "../../../src/keepalived/lint/host.ts";
import { keywordsOf } from "../../../src/keepalived/lint/keywords.ts";
import { lintFiles } from "../../../src/keepalived/lint/lint.ts";
import { lintReference } from "../../../src/keepalived/lint/reference.ts";
import { parserCodes } from "../../../src/keepalived/lint/structure.ts";
import { err, ok } from "../../../src/lib/result.ts";
import { snippets } from "./snippets.ts";

const ROOT_FILE = { uid: 0, gid: 0, mode: 0o100755, kind: "file" } as const;
const FOLDER = { uid: 0, gid: 0, mode: 0o40755, kind: "folder" } as const;

/** A host with two interfaces and some scripts. */
const host: HostProbe = {
  interfaces: new Set(["lo", "eth0", "other"]),
  resolve: (path) => (path.startsWith("/nonexistent") ? null : path.replace(/^\/link\b/, "/tmp")),
  facts: (path) => {
    if (path === "/srv/plain.sh") return { ...ROOT_FILE, mode: 0o100644 };
    if (path === "/srv/open.sh") return { ...ROOT_FILE, mode: 0o100777 };
    if (path === "/home/a") return { ...FOLDER, uid: 1000 };
    if (path === "/group") return { ...FOLDER, mode: 0o40775, gid: 100 };
    if (path === "/tmp") return { ...FOLDER, mode: 0o41777 };
    return path.includes(".sh") || path.startsWith("/bin/") ? ROOT_FILE : FOLDER;
  },
};

function lint(files: Readonly<Record<string, string>>, probe: HostProbe | null = null, version?: string): Finding[] {
  const reader: ConfReader = {
    read: (path) => {
      const text = files[path];
      return text === undefined ? err("absent") : ok(text);
    },
    list: () => [],
  };
  return lintFiles(
    Object.keys(files).map((path) => parseConf(path, reader, { configId: "lab" })),
    { host: probe, version },
  );
}

test("snippets: exactly these errors", () => {
  for (const { title, text, errors } of snippets) {
    const found = lint({ "/k.conf": text }, host).filter(({ severity }) => severity === "error");
    assert.deepEqual([...new Set(found.map(({ code }) => code))].toSorted(), [...errors].toSorted(), title);
  }
});

test("a keyword is known from the version on that brought it", () => {
  const text = `global_defs {
    vrrp_notify_fifo /run/f
}
vrrp_instance A {
    interface eth0
    virtual_router_id 51
    owner_ignore_adverts
    virtual_ipaddress {
        192.0.2.1/24
    }
}`;
  const later = (version?: string): string[] =>
    lint({ "/k.conf": text }, null, version).flatMap(({ line, code }) => (code === "later_keyword" ? [`line ${line}`] : []));
  assert.deepEqual([undefined, "2.3.2", "2.3.3", "2.4.0", "2.10.0"].map(later), [["line 7"], ["line 7"], [], [], []]);
});

/** Files whose lines end with `! <- CODE ...` where a finding stands; every other line must be silent. */
const marked: Readonly<Record<string, string>> = {
  "a good file": `
global_defs {
    vrrp_notify_fifo /run/f
    enable_script_security
}
vrrp_instance A {
    interface eth0
    virtual_router_id 51
    priority 100
    virtual_ipaddress {
        fe80::51/64
        2001:db8::1/64
    }
}`,
  "notes and warnings": `
global_defs { ! <- fifo_missing script_security_off
    router_id lab
}
vrrp_script s {
    script /bin/true
}
vrrp_instance A { ! <- priority_missing
    interface eth0
    virtual_router_id 51
    version 2 ! <- version_2_ipv6
    unicast_src_ip 2001:db8::5
    unicast_peer {
        2001:db8::6
        2001:db8::5 ! <- peer_is_self
    }
    virtual_ipaddress {
        2001:db8::1/64 ! <- first_ipv6_not_link_local
        2001:db8::1/64 ! <- duplicate_address
    }
}
vrrp_instance B {
    interface eth0
    virtual_router_id 51
    priority 100
    authentication { ! <- auth_type_missing
        auth_pass abc
    }
    virtual_ipaddress {
        192.0.2.1 ! <- address_without_length
    }
}
vrrp_instance C {
    interface eth0
    virtual_router_id 52
    priority 100
    version 2
    native_ipv6 ! <- native_ipv6
    advert_int 0.5
    virtual_ipaddress {
        fe80::52/64
    }
}`,
  "a file without instances": `
global_defs { ! <- no_instance
}`,
  "what an IPv6 guide prints": `
global_defs {
    vrrp_notify_fifo /run/f
}
vrrp_instance VI_1 {
    state EQUAL ! <- state_unknown
    interface eth0
    virtual_router_id 51
    priority 100
    advert_int 0.015 ! <- interval_fraction_v2
    authentication {
        auth_type PASS
        auth_pass far-too-long ! <- auth_pass_long
    }
    virtual_ipaddress {
        192.0.2.1/24
        2001:db8::1/64 ! <- mixed_families
    }
}
vrrp_instance VI_6 {
    state MASTER
    interface eth0
    virtual_router_id 256 ! <- vrid_out_of_range
    priority 0 ! <- priority_out_of_range
    nopreempt ! <- master_nopreempt
    preempt_delay 5 ! <- master_preempt_delay
    advert_int 41 ! <- interval_too_long_v3
    authentication { ! <- auth_version_3
        auth_type PASS
        auth_pass abc
    }
    virtual_ipaddress {
        fe80::51/64
        192.0.2.1/24 ! <- mixed_families
    }
    unicast_src_ip 192.0.2.2 ! <- source_family unicast_without_peers
    virtual_adress { ! <- unknown_keyword
    }
}`,
  "two instances that collide": `
global_defs {
    vrrp_notify_fifo /run/f
}
vrrp_instance A {
    interface eth0
    virtual_router_id 51
    priority 100
    virtual_ipaddress {
        192.0.2.1/24
    }
}
vrrp_instance B {
    interface eth0
    virtual_router_id 51 ! <- duplicate_vrid
    priority 100
    virtual_ipaddress {
        192.0.2.2/24
    }
}
vrrp_instance A { ! <- duplicate_instance
    interface eth0
}`,
  "scripts of this host": `
global_defs {
    vrrp_notify_fifo /run/f
    enable_script_security
}
vrrp_script good {
    script "/tmp/x.sh a"
}
vrrp_script bare {
    script pidof
}
vrrp_script link {
    script /link/x.sh ! <- script_through_link
}
vrrp_script open {
    script /srv/open.sh ! <- script_refused
}
vrrp_script plain {
    script /srv/plain.sh ! <- script_not_executable
}
vrrp_script home {
    script "/home/a/x.sh now" ! <- script_refused
}
vrrp_script absent {
    script /nonexistent/x.sh ! <- script_absent
}
vrrp_instance A {
    interface eth9 ! <- interface_absent
    virtual_router_id 51
    priority 100
    notify /group/x.sh ! <- notify_refused
    notify_stop /nonexistent/x.sh ! <- notify_absent
    virtual_ipaddress {
        192.0.2.1/24 dev eth0
        192.0.2.2/24 dev eth8 ! <- interface_absent
    }
}`,
  "scripts without script security": `
global_defs { ! <- script_security_off
    vrrp_notify_fifo /run/f
    dynamic_interfaces
}
vrrp_instance A {
    interface eth9
    virtual_router_id 51
    priority 100
    notify /srv/open.sh ! <- script_insecure
    virtual_ipaddress {
        192.0.2.1/24
    }
}`,
};

for (const [title, text] of Object.entries(marked)) {
  test(`each finding stands on its line: ${title}`, () => {
    const expected = text.split("\n").flatMap((line, index) => {
      const marks = /! <- (.*)$/.exec(line)?.[1];
      return marks === undefined ? [] : marks.split(" ").map((code) => `${index + 1} ${code}`);
    });
    const found = lint({ "/k.conf": text }, host).map(({ line, code }) => `${line} ${code}`);
    assert.deepEqual(found, expected);
  });
}

const node = (lines: string, addresses = "192.0.2.100/24"): string => `global_defs {
    vrrp_notify_fifo /run/f
}
vrrp_instance A {
    interface eth0
    virtual_router_id 51
${lines}
    virtual_ipaddress {
        ${addresses}
    }
}
`;

const PASS = "authentication {\n auth_type PASS\n auth_pass abc\n}";
const unicast = (own: number, peer: number): string => `unicast_src_ip 192.0.2.${own}\n unicast_peer {\n 192.0.2.${peer}\n }\n`;

const pairs: ReadonlyArray<readonly [title: string, a: string, b: string, ...codes: readonly string[]]> = [
  ["nodes that fit", node("priority 100"), node("priority 90")],
  ["interfaces with other names", node("priority 100"), node("priority 90").replace("eth0", "ens3")],
  ["unicast nodes that fit", node(`priority 100\n${unicast(1, 2)}`), node(`priority 90\n${unicast(2, 1)}`)],
  ["equal priorities", node("priority 100"), node("priority 100"), "b pair_priority"],
  ["intervals", node("priority 100"), node("priority 90\nadvert_int 2"), "b pair_interval"],
  ["versions", node("priority 100"), node("priority 90\nversion 3"), "b pair_version"],
  ["authentication", node(`priority 100\n${PASS}`), node("priority 90"), "b pair_authentication"],
  ["addresses", node("priority 100"), node("priority 90", "192.0.2.101/24"), "b pair_addresses"],
  ["unicast and multicast", node("priority 100"), node(`priority 90\n${unicast(2, 1)}`), "b pair_transport"],
  ["a peer that is missing", node(`priority 100\n${unicast(1, 9)}`), node(`priority 90\n${unicast(2, 1)}`), "b pair_peer"],
  ["VRIDs", node("priority 100"), node("priority 90").replace(" 51", " 52"), "b pair_vrid"],
  [
    "an instance that is alone",
    node("priority 100"),
    node("priority 90", "192.0.2.101/24").replace(" 51", " 52"),
    "a pair_lonely",
    "b pair_lonely",
  ],
];

for (const [title, a, b, ...codes] of pairs) {
  test(`files given together: ${title}`, () => {
    const found = lint({ "/a": a, "/b": b });
    assert.deepEqual(
      found.map(({ file, line, code }) => `${file.slice(1)} ${code}${line === 4 ? "" : ` on line ${line}`}`),
      codes,
    );
  });
}

test("three files: each is compared with those before it", () => {
  const found = lint({ "/a": node("priority 100"), "/b": node("priority 90"), "/c": node("priority 90") });
  assert.deepEqual(
    found.map(({ file, code, message }) => [file, code, message]),
    [["/c", "pair_priority", "priority 90 here and in /b:4"]],
  );
});

test("an unknown keyword has the nearest known one, or the block that it belongs to, as its remedy", () => {
  const found = lint({ "/k": node("priority 100\nadvert_interval 1\nvrrp_strict\nfrobnicate") }).filter(
    ({ code }) => code === "unknown_keyword",
  );
  assert.deepEqual(
    found.map(({ line, remedy }) => [line, remedy]),
    [
      [8, "Did you mean advert_int?"],
      [9, "Move it to global_defs."],
      [10, lintCodes.unknown_keyword.remedy],
    ],
  );
});

test("passwords are in no message", () => {
  const secret = "s3cr3tpassw0rd";
  for (const line of [`auth_pass ${secret}`, `auth_type PASS auth_pass ${secret}`, `auth_pass "${secret} x"`, `auth_pas ${secret}`])
    assert.doesNotMatch(JSON.stringify(lint({ "/k": node(`priority 1\nauthentication {\n${line}\n}\n${line}`) })), /s3cr3t/, line);
});

test("what a file says cannot disturb a terminal", () => {
  for (const { message, remedy } of lint({
    "/k": node("priority \u001b[31m9\nst\u0007te \u009b1m\nstate \u001b]0;x\ninclude /\u001b[31mabsent"),
  }))
    assert.doesNotMatch(message + remedy, /[\p{Cc}]/u);
});

test("every code is met by a test, and stands in the reference", () => {
  const met = new Set<string>([
    ...snippets.flatMap(({ errors }) => errors),
    ...Object.values(marked).flatMap((text) => [...text.matchAll(/! <- (.*)$/gm)].flatMap(([, marks = ""]) => marks.split(" "))),
    ...pairs.flatMap(([, , , ...codes]) => codes.map((code) => code.slice(2))),
    ...Object.values(parserCodes),
  ]);
  const reference = lintReference();
  for (const code of Object.keys(lintCodes) as LintCode[]) {
    assert.ok(met.has(code), `no test for ${code}`);
    assert.ok(reference.includes(`\`${code}\``), code);
  }
});

test("what a parser refuses is a finding", () => {
  const found = (text: string): string[] => lint({ "/k": text }).map(({ code, severity }) => `${severity} ${code}`);
  assert.deepEqual(found("include /absent.conf\n}\n"), ["warning include_missing", "error unbalanced_braces"]);
  assert.deepEqual(found("include /k\n"), ["error include_loop"], "nothing is read after that");
});

test("any mixture of words is judged without an exception, and lines are those of the file", () => {
  const word = fc.constantFrom(
    ...(keywordsOf("vrrp_instance") ?? []),
    ..."{ } { } 51 0.5 weight dev fe80::1/64 192.0.2.1 x $A ~SEQ(A,1,2) MASTER".split(" "),
  );
  const line = fc.array(word, { maxLength: 4 }).map((words) => words.join(" "));
  fc.assert(
    fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
      const head = ["vrrp_instance A {", "vrrp_sync_group G {", "vrrp_script s {", ""][lines.length % 4];
      const text = [head, ...lines].join("\n");
      for (const { line: at } of lint({ "/k": text }, host)) assert.ok(at >= 1 && at <= lines.length + 1);
    }),
    { numRuns: 300 },
  );
});

test("notes without number hide no error", () => {
  const instances = Array.from({ length: 1_100 }, (_, i) => `vrrp_instance V${i} {\n interface e${i}\n virtual_router_id 7\n}\n`).join("");
  const found = lint({ "/k": `${instances}frobnicate\n` });
  const number = (severity: string): number => found.filter((one) => one.severity === severity).length;
  assert.deepEqual([number("error"), number("note")], [1_000, 1_000]);
});
