import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./repository.ts";

/** A package in package-lock.json, as far as the tests look at it. */
export interface LockedPackage {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly license?: string;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
}

/** package.json, as far as the tests look at it. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly allowScripts: Readonly<Record<string, boolean>>;
  readonly engines: { readonly node: string };
}

const json = (name: string): unknown => JSON.parse(readFileSync(join(root, name), "utf8"));

export const manifest = json("package.json") as Manifest;

/** By path, the project itself left out. */
export const locked: ReadonlyMap<string, LockedPackage> = new Map(
  Object.entries((json("package-lock.json") as { packages: Record<string, LockedPackage> }).packages).filter(([path]) => path !== ""),
);

export interface Component {
  readonly type: string;
  readonly "bom-ref": string;
  readonly name: string;
  readonly version?: string;
  readonly scope?: string;
  readonly purl?: string;
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  readonly licenses: readonly ({ readonly license: { readonly id: string } } | { readonly expression: string })[];
  readonly properties?: readonly { readonly name: string; readonly value: string }[];
}

/** The bill of materials; a test keeps it equal to what is generated. */
export interface Bom {
  readonly bomFormat: string;
  readonly specVersion: string;
  readonly version: number;
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

export const bomText = readFileSync(join(root, "sbom.cdx.json"), "utf8");
export const bom = JSON.parse(bomText) as Bom;
