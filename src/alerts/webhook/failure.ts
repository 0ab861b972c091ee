import { errors } from "undici";
import { systemCode } from "../../lib/system-code.ts";

const unknownAuthority =
  "its certificate is signed by an unknown authority: put the authority's certificate into tls.ca_file, or correct the receiver's chain";
const clientCertificate = "it wants a client certificate, or another than ours: set tls.cert_file and tls.key_file, or renew them";
const noTls = "it does not speak TLS there: check scheme and port of the URL";
const closed = "it closed the connection without an answer";
const unreachable = "its network cannot be reached: check routes and firewalls";
const unsendable =
  "the request cannot be sent with a header of this receiver: take out of headers and header_files what belongs to the connection, such as Expect and Upgrade";
const noHttp = "it answers something that is not HTTP: check scheme and port of the URL";

/** By the codes of Node, OpenSSL and undici. Their messages are not used: they hold names, addresses and text from the network. */
const texts: Readonly<Record<string, string>> = {
  ECONNREFUSED: "it refuses the connection: nothing listens there, or a firewall says so",
  EHOSTUNREACH: "its host cannot be reached: check routes and firewalls",
  ENETUNREACH: unreachable,
  ENETDOWN: unreachable,
  EADDRNOTAVAIL: unreachable,
  EHOSTDOWN: "its host is down",
  ENOTFOUND: "there is no such host name: check the URL, and the resolver of this host",
  EAI_AGAIN: "its host name cannot be resolved now: the resolver does not answer",
  EAI_NODATA: "its host name has no address",
  ETIMEDOUT: "the connection timed out",
  ECONNRESET: closed,
  EPIPE: closed,
  UND_ERR_SOCKET: closed,
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: closed,
  ERR_STREAM_PREMATURE_CLOSE: closed,
  HPE_INVALID_EOF_STATE: closed,
  EACCES: "this host forbids the connection: check its firewall and the unit's restrictions",
  EPERM: "this host forbids the connection: check its firewall and the unit's restrictions",
  EMFILE: "the agent has too many files open",
  ENFILE: "this host has too many files open",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority,
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority,
  DEPTH_ZERO_SELF_SIGNED_CERT: unknownAuthority,
  CERT_UNTRUSTED: unknownAuthority,
  INVALID_CA: unknownAuthority,
  CERT_SIGNATURE_FAILURE: unknownAuthority,
  CERT_HAS_EXPIRED: "its certificate has expired (or this host's clock is wrong): let it be renewed",
  CERT_NOT_YET_VALID: "its certificate is not valid yet (or this host's clock is wrong)",
  CERT_REVOKED: "its certificate was revoked",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another name: correct the URL, or set tls.server_name",
  UND_ERR_PRX_TLS: "the proxy's certificate is for another name: correct the proxy's environment variable",
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: clientCertificate,
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: clientCertificate,
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: clientCertificate,
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN: clientCertificate,
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: clientCertificate,
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: "it ends the TLS handshake: it may want a client certificate (tls.cert_file), or other ciphers",
  "ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE":
    "it ends the TLS handshake: it may want a client certificate (tls.cert_file), or other ciphers",
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: "it has no version of TLS in common with this agent",
  ERR_SSL_UNSUPPORTED_PROTOCOL: "it has no version of TLS in common with this agent",
  ERR_SSL_WRONG_VERSION_NUMBER: noTls,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: noTls,
  EPROTO: noTls,
  UND_ERR_HEADERS_OVERFLOW: "the headers of its answer are too long",
  UND_ERR_INVALID_ARG: unsendable,
  UND_ERR_NOT_SUPPORTED: unsendable,
  UND_ERR_ABORTED: "the proxy opens no tunnel to it",
  PROXY_CLOSED: "the proxy closed the connection",
};

/** Whether the request itself is at fault, and not the way or the receiver: it fails the same way each time. */
export const isUnsendable = (error: unknown): boolean => texts[codeOf(error)] === unsendable;

/**
 * Why there was no answer, or not all of it, for a person. Never throws.
 * @param proxied whether a proxy was between: what is said of the receiver may hold for it
 */
export function failureText(error: unknown, proxied: boolean): string {
  return `${textOf(error)}${proxied ? " (asked through the proxy of the agent's environment)" : ""}`;
}

function textOf(error: unknown): string {
  const code = codeOf(error);
  const known = texts[code];
  if (code === "UND_ERR_ABORTED") return `${known}${proxyStatus(error)}`;
  if (known !== undefined) return known;
  if (error instanceof errors.HTTPParserError) return noHttp;
  if (/^ERR_(SSL|TLS)_/.test(code)) return `the TLS handshake fails (${code})`;
  return `the attempt failed (${code})`;
}

/** Of several addresses that were tried, the first one's. */
function codeOf(error: unknown): string {
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : undefined;
  const code = systemCode(error) ?? systemCode(inner) ?? "";
  return /^[A-Z][A-Z0-9_/]{1,60}$/.test(code) ? code : "unknown";
}

/** undici has the proxy's status in the message only. */
function proxyStatus(error: unknown): string {
  const [, status] = /\((\d{3})\)/.exec(error instanceof Error ? error.message : "") ?? [];
  if (status === undefined) return "";
  return status === "407" ? ": it wants credentials; put them into the URL of the proxy's environment variable" : `: it answers ${status}`;
}
