import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";

export interface Certificate {
  readonly certFile: string;
  readonly keyFile: string;
  readonly cert: string;
  readonly key: string;
}

const installed = spawnSync("openssl", ["version"]).status === 0;

/** Why tests with certificates cannot run; false: they can. */
export const noOpenssl: string | false = installed ? false : "the openssl command is not installed";

const run = (...options: readonly string[]): unknown => execFileSync("openssl", options, { stdio: "pipe" });

/** A certificate authority that lives as long as the test file. */
export class Authority {
  readonly own: Certificate;
  readonly #directory: string;
  #count = 0;

  constructor(name: string) {
    this.#directory = join(mkdtempSync(join(tmpdir(), "vrrpwatch-ca-")), "pem");
    mkdirSync(this.#directory);
    after(() => rmSync(join(this.#directory, ".."), { recursive: true }));
    this.own = this.#make(["-subj", `/CN=${name}`, "-days", "2"]);
  }

  /** @param names such as `DNS:localhost,IP:127.0.0.1` */
  issue(subject: string, names: string): Certificate {
    return this.#make(["-subj", `/CN=${subject}`, "-addext", `subjectAltName=${names}`, ...this.#signed(), "-days", "2"]);
  }

  /** One whose time is over. */
  issueExpired(subject: string, names: string): Certificate {
    const { certFile, keyFile, key } = this.issue(subject, names);
    const [request, config, index] = ["csr", "cnf", "index"].map((ending) => join(this.#directory, `expired.${ending}`));
    assert.ok(request !== undefined && config !== undefined && index !== undefined);
    writeFileSync(index, "");
    writeFileSync(
      config,
      `[ca]\ndefault_ca=it\n[it]\ndatabase=${index}\nnew_certs_dir=${this.#directory}\nrand_serial=yes\ndefault_md=sha256\npolicy=any\ncopy_extensions=copy\n[any]\ncommonName=supplied\n`,
    );
    const subjectOptions = ["-subj", `/CN=${subject}`, "-addext", `subjectAltName=${names}`];
    run("req", "-new", "-key", keyFile, "-out", request, ...subjectOptions);
    const dates = ["-startdate", "20200101000000Z", "-enddate", "20200102000000Z"];
    const signer = ["-cert", this.own.certFile, "-keyfile", this.own.keyFile];
    run("ca", "-batch", "-notext", "-config", config, ...signer, "-in", request, "-out", certFile, ...dates);
    return { certFile, keyFile, cert: readFileSync(certFile, "utf8"), key };
  }

  #signed(): string[] {
    return ["-CA", this.own.certFile, "-CAkey", this.own.keyFile, "-addext", "basicConstraints=critical,CA:FALSE"];
  }

  #make(options: readonly string[]): Certificate {
    this.#count += 1;
    const certFile = join(this.#directory, `${this.#count}.pem`);
    const keyFile = join(this.#directory, `${this.#count}.key`);
    const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    run("req", "-x509", ...curve, "-keyout", keyFile, "-out", certFile, ...options);
    return { certFile, keyFile, cert: readFileSync(certFile, "utf8"), key: readFileSync(keyFile, "utf8") };
  }
}
