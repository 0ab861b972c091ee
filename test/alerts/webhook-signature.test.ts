import assert from "node:assert/strict";
import { test } from "node:test";
import { sign, signingKey } from "../../src/alerts/webhook/signature.ts";

// The example that the libraries of standard-webhooks/standard-webhooks test themselves with.
const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
const signed = (text: string): string => {
  const key = signingKey(text);
  assert.ok(key.ok);
  return sign(key.value, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, '{"test": 2432232314}');
};

test("a delivery is signed as the example of Standard Webhooks is", () => assert.equal(signed(secret), expected));

test("the prefix of the secret may be missing", () => assert.equal(signed(secret.slice("whsec_".length)), expected));

test("the padding of the secret may be missing", () => assert.equal(signed("whsec_MfKQ9r8GKYo="), signed("whsec_MfKQ9r8GKYo")));

for (const [name, bad] of [
  ["has a line end", `${secret}\n`],
  ["is no base64", "whsec_not a secret"],
  ["is the prefix alone", "whsec_"],
  ["ends amid a byte", "whsec_MfKQ9"],
] as const) {
  test(`a secret that ${name} is refused without being repeated`, () => {
    const key = signingKey(bad);
    assert.ok(!key.ok);
    assert.match(key.error, /base64/);
    assert.ok(!key.error.includes(bad.slice("whsec_".length).trim()) || bad === "whsec_");
  });
}
