// biome-ignore-all lint/suspicious/noTemplateCurlyInString: keepalived writes its variables like that
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { configOf } from "../../../src/keepalived/conf/config.ts";
import { parseConf } from "../../../src/keepalived/conf/parse.ts";
import type { ParsedConf } from "../../../src/keepalived/conf/tree.ts";
import { disk, MAIN, short } from "./files.ts";

const parse = (text: string, others: Record<string, string> = {}): ParsedConf =>
  parseConf(MAIN, disk({ [MAIN]: text, ...others }), { configId: "lb1" });
const problems = (parsed: ParsedConf): string[] => parsed.problems.map(({ line, code, severity }) => `${line} ${code} ${severity}`);

for (const [name, text, expected] of [
  ["a keyword with words", "router_id lb1", "router_id lb1"],
  ["a block that opens at the end of the line", "a b {\nc\n}", "a b{c}"],
  ["a block that opens on the next line", "a\n{\nc\n}", "a{c}"],
  ["a block on one line", "a { b c }", "a{b c}"],
  ["text after the brace", "a { b\nc\n}", "a{b;c}"],
  ["comments of both kinds", "a b ! c\n# d\ne#f", "a b;e"],
  ["comment signs inside double quotes", 'notify "/bin/x a#b !c"', "notify /bin/x a#b !c"],
  ["single quotes protect nothing", "a 'b # c'", "a 'b"],
  ["escaped comment signs", "a b\\#c\\!d", "a b#c!d"],
  ["quoted parts and bare neighbours are one word", 'a b"c d"e', "a bc de"],
  ["a condition that holds, one that does not", "@lb1 a\n@lb2 b\n@^lb2 c\n@^lb1 d", "a;c"],
  ["a definition, in both spellings", "$A=x\na $A\nb ${A}y", "a x;b xy"],
  ["a definition that binds late", "$A=${B}\n$B=1\na $A", "a 1"],
  ["what is not defined stays", "a $NOPE ${NOPE}", "a $NOPE ${NOPE}"],
  ["a definition of several lines", "$A= \\\nb { \\\nc \\\n}\n$A", "b{c}"],
  ["a condition in front of a definition", "@lb1 $A=1\n@lb2 $A=2\na $A", "a 1"],
  ["a sequence", "~SEQ(N,1,3) a ${N}", "a 1;a 2;a 3"],
  ["a sequence with a step", "~SEQ(N,2,101,105) a ${N}", "a 2;a 103"],
  ["a sequence with a step that fits", "~SEQ(N,1,2,5) a ${N}", "a 1;a 3;a 5"],
  ["a sequence in hexadecimal", "~SEQx(N,9,11) a ${N}", "a 9;a a;a b"],
  ["a list", "~LST(N,x,y) a ${N}", "a x;a y"],
  ["lists side by side", "~LST({N,M},{1,a},{2,b}) a ${N} ${M}", "a 1 a;a 2 b"],
  ["sequences within each other", "~SEQ(N,1,2) ~SEQ(M,7,8) a ${N} ${M}", "a 1 7;a 1 8;a 2 7;a 2 8"],
  ["a sequence in a definition of several lines", "$A= \\\nx ${N} \\\ny\n~SEQ(N,1,2) $A", "x 1;y;x 2;y"],
  ["carriage returns of another system", "a {\r\nb\r\n}\r\n", "a{b}"],
] as const) {
  test(`grammar: ${name}`, () => {
    const parsed = parse(text);
    assert.equal(short(parsed.statements), expected);
    assert.deepEqual(parsed.problems, []);
  });
}

test("includes are read in place, by pattern and braces, relative to the file that includes", () => {
  const parsed = parse("include sub/*.conf\ninclude {x,y}.inc", {
    "/etc/keepalived/sub/b.conf": "b",
    "/etc/keepalived/sub/a.conf": "a {\ninclude deep/c.conf\n}",
    "/etc/keepalived/sub/deep/c.conf": "c",
    "/etc/keepalived/x.inc": "x",
    "/etc/keepalived/y.inc": "y",
  });
  assert.equal(short(parsed.statements), "a{c};b;x;y");
  assert.deepEqual(parsed.folders, ["/etc/keepalived/sub"]);
  assert.deepEqual(parsed.statements[0]?.block?.[0], {
    words: ["c"],
    file: "/etc/keepalived/sub/deep/c.conf",
    line: 1,
    block: null,
  });
});

for (const [name, text, others, expected] of [
  ["a missing include is no error, as for keepalived", "include nope.conf\na", {}, ["1 include_missing warning"]],
  ["a pattern that finds nothing", "\ninclude nope/*.conf", {}, ["2 include_missing warning"]],
  ["an include loop", "include a.conf", { "/etc/keepalived/a.conf": "x\ninclude keepalived.conf" }, ["2 include_loop error"]],
  ["a block that is never closed, with the line of its opening", "a {\nb {\nc\n}\n", {}, ["1 unbalanced_braces error"]],
  ["a brace too many", "a {\n}\n}\n", {}, ["3 unbalanced_braces error"]],
  ["a brace without a keyword", "{\n}\n", {}, ["1 unbalanced_braces error"]],
  ["a NUL byte", "a\nb\0", {}, ["2 not_text error"]],
  ["a definition that uses itself", "$A=${A}\na $A", {}, ["2 recursive_definition error"]],
  ["a definition that doubles itself", "$A=${B}${B}\n$B=${A}${A}\na $A", {}, ["3 too_many error"]],
  ["a sequence without an end", "~SEQ(N,1,999999999) a", {}, ["1 too_many error"]],
  ["a sequence of nonsense", "~SEQ(N) a", {}, ["1 bad_sequence error"]],
  ["sequences that multiply", "~SEQ(A,1,9999) ~SEQ(B,1,9999) a", {}, ["1 too_many error"]],
  ["a line that is too long", `a\n${"x".repeat(70_000)}\n`, {}, ["2 too_large error"]],
] as const) {
  test(`bad input: ${name}`, () => {
    const parsed = parse(text, others);
    assert.deepEqual(problems(parsed), expected);
  });
}

test("an include loop names the way round", () => {
  const parsed = parse("include a.conf", { "/etc/keepalived/a.conf": "include b.conf", "/etc/keepalived/b.conf": "include a.conf" });
  assert.match(parsed.problems[0]?.message ?? "", /a\.conf -> .*b\.conf -> .*a\.conf/);
  assert.equal(parsed.problems[0]?.file, "/etc/keepalived/b.conf");
});

test("10 MB are read, or refused, in bounded time", () => {
  const line = "vrrp_script chk { script /bin/true }\n";
  const started = performance.now();
  const parsed = parse(line.repeat((10 * 1024 * 1024) / line.length));
  assert.equal(parsed.problems.length, 1, "the bound on statements");
  assert.equal(parsed.problems[0]?.code, "too_many");
  assert.ok(performance.now() - started < 20_000, "bounded, whatever else this machine does");
  assert.deepEqual(problems(parse("x".repeat(11 * 1024 * 1024))), ["1 too_large error"]);
});

test("a password is nowhere in what leaves the parser", () => {
  const text = `$PW=s3cr3t
vrrp_instance V {
  interface eth0
  virtual_router_id 5
  authentication { auth_type PASS
    auth_pass $PW
  }
  auth_hmac {
    key 1 s3cr3t
  }
  virtual_ipaddress { 192.0.2.1 }
}
auth_pass "s3cr3t
}`;
  const parsed = parse(text);
  const all = JSON.stringify([parsed, configOf(parsed)]);
  assert.ok(!all.includes("s3cr3t"));
  const pass = parsed.statements[0]?.block?.find(({ words }) => words[0] === "authentication")?.block?.at(-1);
  assert.deepEqual([pass?.words, pass?.secretLength], [["auth_pass", "********"], 6]);
});

const piece = fc.constantFrom(
  ..."{ } \" ' \\ \n # ! @lb1 @^x $A= ${A} $A ~SEQ(N,1,3) ~LST(N,a,b) include x.conf vrrp_instance virtual_ipaddress 192.0.2.1/24 auth_pass s3cr3t".split(
    " ",
  ),
  " ",
  "\n",
);

test("any text gives a tree and problems, never an exception", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(piece, { maxLength: 80 }).map((parts) => parts.join(" ")),
      ),
      (text) => {
        const parsed = parse(text, { "/etc/keepalived/x.conf": text.slice(0, 50) });
        assert.ok(parsed.problems.length <= 200);
        configOf(parsed);
      },
    ),
    { numRuns: 500 },
  );
});
