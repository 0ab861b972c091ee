import assert from "node:assert/strict";
import type { networkInterfaces } from "node:os";
import { test } from "node:test";
import { Segments } from "../../src/agent/segments.ts";
import type { VirtualRouterId } from "../../src/core/events.ts";
import type { ConfiguredInstance, KeepalivedConfig } from "../../src/core/keepalived-config.ts";
import { instance } from "../core/host/facts.ts";

type Interfaces = ReturnType<typeof networkInterfaces>;

const router: VirtualRouterId = { interface: "eth0", family: "ipv4", vrid: 51 };

const address = (text: string, prefix: number): NonNullable<Interfaces[string]>[number] => ({
  address: text,
  cidr: `${text}/${prefix}`,
  family: "IPv4",
  internal: false,
  mac: "02:00:00:00:00:01",
  netmask: "255.255.255.0",
});

const configured = (...instances: ConfiguredInstance[]): KeepalivedConfig => ({
  instances,
  syncGroups: [],
  notifyFifo: null,
  vrrpNotifyFifo: null,
  scriptUser: null,
});

const nameOn = (own: readonly string[], config: KeepalivedConfig | null): string => {
  const segments = new Segments(() => ({ eth0: own.map((text) => address(text, 24)) }));
  segments.configured(config);
  return segments.nameOf(router);
};

const backup = instance({ name: "VI", interface: "eth0", priority: 100 });
const [virtual = ""] = backup.addresses.map((one) => one.address);

test("a segment is called after the subnet of the interface", () => {
  assert.equal(nameOn(["203.0.113.7"], null), "203.0.113.0/24");
});

test("the virtual addresses of keepalived.conf name no segment, so that it is the same on the master and on its backups", () => {
  assert.notEqual(virtual, "");
  assert.equal(nameOn([virtual], configured(backup)), nameOn([], configured(backup)));
  assert.equal(nameOn([virtual, "203.0.113.7"], configured(backup)), "203.0.113.0/24");
});

test("the addresses of an owner are its own, although they are virtual", () => {
  assert.notEqual(nameOn([virtual], configured({ ...backup, priority: 255 })), "eth0");
});

test("a configuration that cannot be read any more leaves nothing out", () => {
  const segments = new Segments(() => ({ eth0: [address(virtual, 24)] }));
  segments.configured(configured(backup));
  assert.equal(segments.nameOf(router), "eth0");
  segments.configured(null);
  assert.notEqual(segments.nameOf(router), "eth0");
});

test("segments keep their names while the addresses cannot be read, as without a descriptor left", () => {
  let cidr = "192.0.2.1/24";
  let isShort = false;
  const segments = new Segments(() => {
    if (isShort) throw new Error("A system error occurred: uv_interface_addresses returned Unknown system error 24");
    return { eth0: [{ ...address("192.0.2.1", 24), cidr }] };
  });
  assert.equal(segments.nameOf(router), "192.0.2.0/24");
  isShort = true;
  assert.equal(segments.refresh(), false);
  assert.equal(segments.nameOf(router), "192.0.2.0/24");
  isShort = false;
  cidr = "192.0.2.1/25";
  assert.equal(segments.refresh(), true);
  assert.equal(segments.nameOf(router), "192.0.2.0/25");
});
