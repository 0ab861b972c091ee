import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { createDecoder } from "../../src/wire/decode.ts";
import { capturesFolder, framesOf } from "../helpers/captures.ts";

interface Truth {
  readonly title: string;
  readonly primary_capture: string;
  readonly adverts_total: { readonly valid: number; readonly invalid: number; readonly carp: number };
}

const folders = readdirSync(capturesFolder).filter((name) => name !== "28m-malformed");

for (const folder of folders) {
  const truth: Truth = JSON.parse(readFileSync(new URL(`${folder}/truth.json`, capturesFolder), "utf8"));
  test(`every advert is found and none invented: ${truth.title}`, () => {
    const decoder = createDecoder();
    const found = { advert: 0, rejected: 0, carp: 0, claim: 0, join: 0, other: 0 };
    for (const frame of framesOf(`${folder}/${truth.primary_capture}`)) found[decoder.decode(frame).kind]++;
    const { valid, invalid, carp } = truth.adverts_total;
    assert.deepEqual({ valid: found.advert, invalid: found.rejected, carp: found.carp }, { valid, invalid, carp });
  });
}
