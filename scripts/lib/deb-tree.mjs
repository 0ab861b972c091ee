import { createHash } from "node:crypto";
import {
  chmodSync,
  cpSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { must } from "./exec.mjs";
import { inRoot } from "./paths.mjs";

/** Packages that the bundle loads at run time, and what of them it needs. */
const runtimePackages = {
  netlink: [/^package\.json$/, /^LICENSE$/, /^dist\/.*\.js$/, new RegExp(`^prebuilds/linux-${process.arch}/`)],
  "node-gyp-build": [/^package\.json$/, /^LICENSE$/, /^(index|node-gyp-build)\.js$/],
};

/** Lays out the package's files below `work`, which holds the tarball of `npm pack`. Returns the folder to be packed. */
export async function stage(work, options) {
  const tarball = readdirSync(work).find((name) => name.endsWith(".tgz"));
  await must("unpacking", "tar", ["-xzf", path.join(work, tarball), "-C", work]);
  const packed = path.join(work, "package");
  const tree = path.join(work, "tree");
  const inTree = (...parts) => path.join(tree, ...parts);
  const put = (from, to) => cpSync(path.join(packed, from), inTree(to), { recursive: true });

  const program = "usr/lib/vrrpwatch";
  for (const name of ["package.json", "dist", "prebuilds"]) put(name, `${program}/${name}`);
  for (const [name, wanted] of Object.entries(runtimePackages)) copyPackage(name, wanted, inTree(program, "node_modules", name));
  rmSync(inTree(program, "dist/THIRD-PARTY-LICENSES.txt"));
  const addons = filesBelow(tree).filter((file) => file.endsWith(".node"));
  await must("the removal of symbols", "strip", ["--strip-unneeded", ...addons.map((file) => inTree(file))]);
  // Debian's Node, whatever another one is first on somebody's PATH.
  edit(inTree(program, "dist/main.js"), (text) => text.replace(/^#!.*/, "#!/usr/bin/node"));
  edit(inTree(program, "package.json"), (text) => `${JSON.stringify({ ...JSON.parse(text), version: options.version }, null, 2)}\n`);
  edit(inTree(program, "dist/build-info.json"), (text) => `${JSON.stringify({ ...JSON.parse(text), version: options.version })}\n`);
  mkdirSync(inTree("usr/bin"));
  symlinkSync("../lib/vrrpwatch/dist/main.js", inTree("usr/bin/vrrpwatch"));

  put("deploy/systemd/vrrpwatch.service", "usr/lib/systemd/system/vrrpwatch.service");
  put("deploy/systemd/sysusers.conf", "usr/lib/sysusers.d/vrrpwatch.conf");
  put("deploy/systemd/tmpfiles.conf", "usr/lib/tmpfiles.d/vrrpwatch.conf");
  mkdirSync(inTree("etc/vrrpwatch"), { recursive: true });
  writeFileSync(inTree("etc/vrrpwatch/config.yaml"), commentedOut(readFileSync(path.join(packed, "config.example.yaml"), "utf8")));

  const share = "usr/share/vrrpwatch";
  for (const name of ["alerts", "dashboards", "mixin", "config.schema.json"]) put(name, `${share}/${name}`);
  put("deploy/notify.sh", `${share}/notify.sh`);
  documentation(packed, inTree("usr/share/doc/vrrpwatch"), options);
  control(packed, tree, options);
  normalize(tree, options.epoch);
  return tree;
}

function copyPackage(name, wanted, to) {
  const from = inRoot("node_modules", name);
  for (const file of filesBelow(from).filter((file) => wanted.some((pattern) => pattern.test(file))))
    cpSync(path.join(from, file), path.join(to, file));
}

/** Every default stands in it, so the file is right as it is, and what is uncommented is what was decided. */
export const commentedOut = (text) => text.replace(/^(?=[^#\n])/gm, "#");

function documentation(packed, to, { version, epoch }) {
  for (const name of ["README.md", "CHANGELOG.md"]) cpSync(path.join(packed, name), path.join(to, name));
  // The agent serves these pages, so they lie with the program.
  symlinkSync("../../../lib/vrrpwatch/dist/docs", path.join(to, "docs"));
  cpSync(path.join(packed, "deploy"), path.join(to, "examples"), { recursive: true, filter: (file) => !/\/(debian|systemd)$/.test(file) });
  const date = new Date(epoch * 1_000).toUTCString().replace("GMT", "+0000");
  const entry = `vrrpwatch (${version}) unstable; urgency=medium\n\n  * See CHANGELOG.md.\n\n -- ${maintainer()}  ${date}\n`;
  writeFileSync(path.join(to, "changelog.gz"), gzipSync(entry, { level: 9 }));
  const licences = readFileSync(path.join(packed, "dist/THIRD-PARTY-LICENSES.txt"), "utf8");
  const runtime = Object.keys(runtimePackages).map((name) => {
    const folder = inRoot("node_modules", name);
    return `${name} ${JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")).version}\n\n${readFileSync(path.join(folder, "LICENSE"), "utf8").trim()}\n`;
  });
  cpSync(inRoot("deploy/debian/copyright"), path.join(to, "copyright"));
  writeFileSync(path.join(to, "THIRD-PARTY-LICENSES.txt"), [licences.trim(), ...runtime].join(`\n${"-".repeat(80)}\n\n`));
}

const maintainer = () => /^Maintainer: (.*)$/m.exec(readFileSync(inRoot("deploy/debian/control"), "utf8"))[1];

function control(packed, tree, { version, architecture }) {
  const folder = path.join(tree, "DEBIAN");
  const files = filesBelow(tree);
  const size = files.reduce((sum, file) => sum + Math.ceil(lstatSync(path.join(tree, file)).size / 1_024), 0);
  mkdirSync(folder);
  const fields = { VERSION: version, ARCHITECTURE: architecture, SIZE: String(size) };
  const template = readFileSync(inRoot("deploy/debian/control"), "utf8");
  writeFileSync(
    path.join(folder, "control"),
    template.replace(/@([A-Z]+)@/g, (_, name) => fields[name]),
  );
  writeFileSync(path.join(folder, "conffiles"), "/etc/vrrpwatch/config.yaml\n");
  const listed = files.filter((file) => !file.startsWith("etc/") && !lstatSync(path.join(tree, file)).isSymbolicLink());
  const sumOf = (file) =>
    createHash("md5")
      .update(readFileSync(path.join(tree, file)))
      .digest("hex");
  writeFileSync(path.join(folder, "md5sums"), listed.map((file) => `${sumOf(file)}  ${file}\n`).join(""));
  for (const name of ["postinst", "prerm", "postrm"]) {
    cpSync(path.join(packed, "deploy/debian", name), path.join(folder, name));
    chmodSync(path.join(folder, name), 0o755);
  }
}

/** Modes and times that do not depend on who packs where. */
function normalize(tree, epoch) {
  const executable =
    /^(DEBIAN\/(postinst|prerm|postrm)|usr\/lib\/vrrpwatch\/dist\/main\.js|usr\/share\/(doc\/)?vrrpwatch\/(examples\/)?notify\.sh)$/;
  for (const entry of readdirSync(tree, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath ?? entry.path, entry.name);
    if (entry.isDirectory()) chmodSync(file, 0o755);
    else if (entry.isFile()) chmodSync(file, executable.test(path.relative(tree, file)) ? 0o755 : 0o644);
    lutimesSync(file, epoch, epoch);
  }
  chmodSync(tree, 0o755);
  lutimesSync(tree, epoch, epoch);
}

/** The files and links below a folder, sorted, as paths from there. */
function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath ?? entry.path, entry.name)))
    .sort();
}

function edit(file, change) {
  writeFileSync(file, change(readFileSync(file, "utf8")));
}
