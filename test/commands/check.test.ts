import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Io } from "../../src/commands/io.ts";
import { runCommandLine } from "../../src/commands/program.ts";

const directory = mkdtempSync(join(tmpdir(), "vw-check-"));
after(() => rmSync(directory, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

async function vrrpwatch(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  let out = "";
  let err = "";
  const io: Io = {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    isTerminal: false,
    errorsToTerminal: false,
  };
  const status = await runCommandLine(args, io);
  return { status, out, err };
}

test("check: a valid file gives status 0 and says so", async () => {
  const path = file("good.yaml", "log: {level: debug}\n");
  assert.deepEqual(await vrrpwatch("check", "--config", path), { status: 0, out: `${path}: the configuration is valid\n`, err: "" });
});

test("check: every problem is one line on standard output, with status 2", async () => {
  const path = file("bad.yaml", "log: {level: loud}\nweb:\n  lisen: []\n");
  const { status, out, err } = await vrrpwatch("check", "--config", path);
  assert.equal(status, 2);
  assert.equal(err, "");
  const lines = out.trimEnd().split("\n");
  assert.match(lines[0] ?? "", /bad\.yaml:1:14 log\.level: must be one of trace/);
  assert.match(lines[1] ?? "", /bad\.yaml:3:3 web\.lisen: unknown key; did you mean listen\?/);
  assert.equal(lines[2], "2 problems: vrrpwatch would not start with this configuration");
});

test("check --json: one object with all findings", async () => {
  const path = file("bad2.yaml", "log: {level: loud}\n");
  const { status, out } = await vrrpwatch("check", "--config", path, "--json");
  assert.equal(status, 2);
  const message = 'must be one of trace, debug, info, warn, error, fatal, not "loud"';
  assert.deepEqual(JSON.parse(out), { findings: [{ level: "error", file: path, line: 1, column: 14, path: "log.level", message }] });
});

test("check --json: no findings is an empty list", async () => {
  const { status, out } = await vrrpwatch("check", "--config", file("good2.yaml", ""), "--json");
  assert.equal(status, 0);
  assert.deepEqual(JSON.parse(out), { findings: [] });
});

test("check: a missing file is a problem of the configuration", async () => {
  const { status, out } = await vrrpwatch("check", "--config", join(directory, "missing.yaml"));
  assert.equal(status, 2);
  assert.match(out, /missing\.yaml: does not exist/);
});

const goodConf = `global_defs {
    vrrp_notify_fifo /run/vrrpwatch/notify.fifo
}
vrrp_instance V6 {
    interface eth0
    virtual_router_id 51
    priority 100
    virtual_ipaddress {
        fe80::51/64
        2001:db8::1/64
    }
}
`;

test("check --keepalived: a good file gives status 0, and only that file is judged", async () => {
  const path = file("good.conf", goodConf);
  assert.deepEqual(await vrrpwatch("check", "--keepalived", path), {
    status: 0,
    out: `${path}: no errors, 0 warnings, 0 notes\n`,
    err: "",
  });
});

test("check --keepalived: each finding has its line, its code and an indented remedy; the end counts them", async () => {
  const path = file(
    "bad.conf",
    goodConf.replace("priority 100", "priority 100\n    state EQUAL").replace("2001:db8::1/64", "192.0.2.1/24"),
  );
  const { status, out, err } = await vrrpwatch("check", "--keepalived", path);
  assert.deepEqual([status, err], [2, ""]);
  const lines = out.trimEnd().split("\n");
  assert.match(lines[0] ?? "", /bad\.conf:8: error state_unknown: 'EQUAL' is no state/);
  assert.match(lines[1] ?? "", /^ {4}Write BACKUP on every node/);
  assert.match(lines[2] ?? "", /bad\.conf:11: error mixed_families: 192\.0\.2\.1\/24/);
  assert.equal(lines[4], "2 errors, 0 warnings, 0 notes: this would not run as it is written");
});

test("check --keepalived --json: the same shape as for the configuration, with code and remedy", async () => {
  const path = file("bad3.conf", goodConf.replace("priority 100", "priority 300"));
  const { status, out } = await vrrpwatch("check", "--keepalived", path, "--json");
  assert.equal(status, 2);
  const { findings } = JSON.parse(out);
  assert.deepEqual(Object.keys(findings[0]), ["level", "code", "file", "line", "column", "path", "message", "remedy"]);
  assert.deepEqual(
    [findings.length, findings[0].level, findings[0].code, findings[0].line, findings[0].column],
    [1, "error", "priority_out_of_range", 7, null],
  );
});

test("check --keepalived with --config judges both", async () => {
  const config = file("both.yaml", "log: {level: loud}\n");
  const { status, out } = await vrrpwatch("check", "--keepalived", file("both.conf", goodConf), "--config", config);
  assert.equal(status, 2);
  assert.match(out, /both\.yaml:1:14 log\.level/);
  assert.match(out, /both\.conf: no errors/);
});

test("check --keepalived: several files are the nodes of one cluster", async () => {
  const a = file("a.conf", goodConf);
  const b = file("b.conf", goodConf.replace("2001:db8::1/64", "2001:db8::2/64"));
  const { status, out } = await vrrpwatch("check", "--keepalived", a, "--keepalived", b);
  assert.equal(status, 2);
  assert.match(out, /b\.conf:4: error pair_addresses: .*only here: 2001:db8::2; missing here: 2001:db8::1/);
  assert.match(out, /b\.conf:4: warning pair_priority/);
});

test("check --keepalived: a file that cannot be read is an error", async () => {
  const { status, out } = await vrrpwatch("check", "--keepalived", join(directory, "missing.conf"));
  assert.equal(status, 2);
  assert.match(out, /missing\.conf:1: error unreadable: .* does not exist/);
});

test("check --keepalived --host asks this host for its interfaces", async () => {
  const path = file("host.conf", goodConf.replace("interface eth0", "interface vw-absent"));
  assert.equal((await vrrpwatch("check", "--keepalived", path)).status, 0);
  const { status, out } = await vrrpwatch("check", "--keepalived", path, "--host");
  assert.equal(status, 2);
  assert.match(out, /host\.conf:5: error interface_absent: this host has no interface 'vw-absent'/);
});

test("check --keepalived-version: the keywords of that version are known, and a version that is none is wrong usage", async () => {
  const path = file("later.conf", goodConf.replace("priority 100", "priority 100\n    owner_ignore_adverts"));
  const before = await vrrpwatch("check", "--keepalived", path);
  assert.deepEqual([before.status, before.out.includes("later_keyword")], [2, true]);
  assert.equal((await vrrpwatch("check", "--keepalived", path, "--keepalived-version", "2.3.3")).status, 0);
  const { status, err } = await vrrpwatch("check", "--keepalived", path, "--keepalived-version", "new");
  assert.equal(status, 2);
  assert.match(err, /--keepalived-version needs a version such as 2\.3\.3/);
});

test("check --keepalived never prints a password", async () => {
  const path = file(
    "secret.conf",
    goodConf.replace("priority 100", "authentication {\n auth_type PASS\n auth_pass s3cr3t-long\n auth_pas typo-s3cr3t\n}"),
  );
  const { out } = await vrrpwatch("check", "--keepalived", path);
  assert.match(out, /auth_pass_long/);
  assert.doesNotMatch(out, /s3cr3t/);
});

test("check --host without --keepalived is wrong usage", async () => {
  const { status, out, err } = await vrrpwatch("check", "--host");
  assert.deepEqual([status, out], [2, ""]);
  assert.match(err, /--host needs --keepalived/);
});

for (const args of [
  [],
  ["chek"],
  ["--nonsense"],
  ["check", "--nonsense"],
  ["check", "extra"],
  ["check", "--config"],
  ["replay"],
  ["decode"],
  ["decode", "a", "b"],
]) {
  test(`wrong usage gives status 2, on standard error only: vrrpwatch ${args.join(" ")}`, async () => {
    const { status, out, err } = await vrrpwatch(...args);
    assert.equal(status, 2);
    assert.equal(out, "");
    assert.notEqual(err, "");
  });
}

test("a mistyped command gets a suggestion", async () => {
  assert.match((await vrrpwatch("decod", "x")).err, /Did you mean decode\?/);
});

for (const args of [["--help"], ["help"], ["run", "--help"], ["replay", "--help"], ["decode", "-h"], ["help", "check"]]) {
  test(`help goes to standard output with an example: vrrpwatch ${args.join(" ")}`, async () => {
    const { status, out, err } = await vrrpwatch(...args);
    assert.deepEqual([status, err], [0, ""]);
    assert.match(out, /^Usage: vrrpwatch/);
    assert.match(out, /Examples?:\n {2}\S/);
  });
}

test("--version prints the version of the package", async () => {
  const { status, out } = await vrrpwatch("--version");
  assert.equal(status, 0);
  assert.match(out, /^\d+\.\d+\.\d+\n$/);
});

test("check: the web configuration that the file names is judged, too, and nothing in it is repeated", async () => {
  const web = file("web.yml", "basic_auth_users: {joe: hunter2}\nrate_limit: {interval: 1s}\n");
  const path = file("with-web.yaml", `web: {config_file: ${web}}\n`);
  const { status, out } = await vrrpwatch("check", "--config", path);
  assert.equal(status, 2);
  assert.match(out, /web\.yml:1:25 basic_auth_users\.joe: must be a bcrypt hash[^\n]*\n[^\n]*web\.yml:2:\d+ rate_limit: needs burst/);
  assert.match(out, /2 problems: vrrpwatch would not start with this web configuration/);
  assert.ok(!out.includes("hunter2"));
});

test("check: a web configuration that is only unwise is a warning, with status 0", async () => {
  const web = file("open.yml", "{}\n");
  const path = file("with-open.yaml", `web: {config_file: ${web}}\n`);
  const { status, out } = await vrrpwatch("check", "--config", path);
  assert.equal(status, 0);
  assert.match(
    out,
    /open\.yml:1:1: gives neither TLS nor users[^\n]* \(warning\)\n[^\n]*with-open\.yaml: the configuration is valid, and so is /,
  );
});
