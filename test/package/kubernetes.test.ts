import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import test, { describe } from "node:test";
import { parse } from "yaml";
import { loadConfig } from "../../src/config/load.ts";
import { root } from "../contract/repository.ts";

interface Probe {
  readonly exec: { readonly command: readonly string[] };
}

interface DaemonSet {
  readonly spec: {
    readonly selector: { readonly matchLabels: Labels };
    readonly template: {
      readonly metadata: { readonly labels: Labels };
      readonly spec: {
        readonly hostNetwork: boolean;
        readonly hostPID?: boolean;
        readonly securityContext: {
          readonly runAsNonRoot: boolean;
          readonly runAsUser: number;
          readonly seccompProfile: { readonly type: string };
        };
        readonly tolerations: readonly { readonly operator: string }[];
        readonly containers: readonly Container[];
        readonly volumes: readonly { readonly name: string; readonly configMap?: { readonly name: string } }[];
      };
    };
  };
}

interface Container {
  readonly image: string;
  readonly args: readonly string[];
  readonly securityContext: {
    readonly allowPrivilegeEscalation: boolean;
    readonly readOnlyRootFilesystem: boolean;
    readonly capabilities: { readonly drop: readonly string[]; readonly add: readonly string[] };
  };
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly startupProbe: Probe;
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
}

interface PodMonitor {
  readonly spec: {
    readonly jobLabel: string;
    readonly selector: { readonly matchLabels: Labels };
    readonly podMetricsEndpoints: readonly { readonly port: string }[];
  };
}

interface Kustomization {
  readonly resources: readonly string[];
  readonly images: readonly { readonly name: string }[];
  readonly configMapGenerator: readonly { readonly name: string; readonly files: readonly string[] }[];
}

type Labels = Readonly<Record<string, string>>;

const folder = path.join(root, "deploy/kubernetes");
const text = (name: string): string => readFileSync(path.join(folder, name), "utf8");
const dockerfile = readFileSync(path.join(root, "Dockerfile"), "utf8");

describe("the manifests for Kubernetes", () => {
  const { spec } = parse(text("daemonset.yaml")) as DaemonSet;
  const pod = spec.template.spec;
  const [container] = pod.containers;
  assert.ok(container !== undefined);

  test("give NET_RAW and nothing else, to a user that is not root, in the host's network but not among its processes", () => {
    assert.deepEqual(container.securityContext.capabilities, { drop: ["ALL"], add: ["NET_RAW"] });
    assert.deepEqual([pod.securityContext.runAsNonRoot, pod.securityContext.runAsUser], [true, 10_112]);
    assert.deepEqual([pod.hostNetwork, pod.hostPID ?? false], [true, false]);
    assert.equal(container.securityContext.readOnlyRootFilesystem, true);
    assert.equal(pod.securityContext.seccompProfile.type, "RuntimeDefault");
  });

  test("leave the file capability of the image alone, which no_new_privs would take away", () => {
    assert.equal(container.securityContext.allowPrivilegeEscalation, true);
    assert.match(dockerfile, /^USER 10112:10112$/m);
  });

  test("are found by their own selectors, ports and names", () => {
    const labels = spec.template.metadata.labels;
    const monitor = parse(text("podmonitor.yaml")) as PodMonitor;
    assert.deepEqual(spec.selector.matchLabels, labels);
    assert.deepEqual(monitor.spec.selector.matchLabels, labels);
    const ports = container.ports.map(({ name }) => name);
    for (const { port } of monitor.spec.podMetricsEndpoints) assert.ok(ports.includes(port), port);
    assert.equal(monitor.spec.jobLabel, "app.kubernetes.io/name");
    assert.equal(labels[monitor.spec.jobLabel], "vrrpwatch");
    const page = readFileSync(path.join(root, "docs/prometheus/README.md"), "utf8");
    const [, scraped = ""] = /__meta_kubernetes_pod_container_port_name\], regex: (\w+)/.exec(page) ?? [];
    assert.ok(ports.includes(scraped), "the scrape configuration of docs/prometheus finds the port");
    const volumes = pod.volumes.map(({ name }) => name);
    assert.deepEqual(container.volumeMounts.map(({ name }) => name).sort(), [...volumes].sort());
  });

  test("probe with the health check of the image, which neither users, TLS nor the address of web.listen can make fail", () => {
    const check = JSON.parse(/^HEALTHCHECK .* CMD (\[.*\])$/m.exec(dockerfile)?.[1] ?? "[]") as string[];
    assert.equal(check.length, 2);
    assert.deepEqual(container.startupProbe, { ...container.startupProbe, exec: { command: check } });
    assert.deepEqual(container.livenessProbe, { ...container.livenessProbe, exec: { command: check } });
    assert.deepEqual(container.readinessProbe, { ...container.readinessProbe, exec: { command: [...check, "/-/ready"] } });
  });

  test("are all in the kustomization, and its configuration has no mistake", () => {
    const kustomization = parse(text("kustomization.yaml")) as Kustomization;
    assert.deepEqual(kustomization.resources, ["daemonset.yaml"]);
    assert.match(text("kustomization.yaml"), /^ {2}# - podmonitor\.yaml$/m);
    assert.deepEqual(
      kustomization.images.map(({ name }) => name),
      [container.image],
    );
    const [generated] = kustomization.configMapGenerator;
    assert.equal(pod.volumes.find(({ configMap }) => configMap !== undefined)?.configMap?.name, generated?.name);
    for (const file of generated?.files ?? []) assert.ok(existsSync(path.join(folder, file)), file);
    const loaded = loadConfig(text("config.yaml"), "config.yaml");
    assert.ok(loaded.ok, JSON.stringify(loaded));
    assert.ok(container.args.includes("/etc/vrrpwatch/config.yaml"));
  });

  test("let every node have an agent, also one that is tainted", () => {
    assert.deepEqual(pod.tolerations, [{ operator: "Exists" }]);
  });
});
