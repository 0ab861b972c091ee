import assert from "node:assert/strict";
import { test } from "node:test";
import { expositionFormat, wantsEventStream, wantsGzip } from "../../src/http/negotiation.ts";

const prometheus3 =
  "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5," +
  "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2";

for (const { name, accept, format } of [
  { name: "nothing asked for", accept: undefined, format: "text" },
  { name: "an empty header", accept: "", format: "text" },
  { name: "a browser", accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", format: "text" },
  { name: "Prometheus 3", accept: prometheus3, format: "openmetrics" },
  {
    name: "Prometheus that would rather have protobuf",
    accept: `application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.7,${prometheus3}`,
    format: "openmetrics",
  },
  { name: "text preferred", accept: "application/openmetrics-text;q=0.2, text/plain;q=0.9", format: "text" },
  { name: "OpenMetrics refused", accept: "application/openmetrics-text;q=0, text/plain;q=0.1", format: "text" },
  { name: "equals: the first one named", accept: "application/openmetrics-text, text/plain", format: "openmetrics" },
  { name: "a quoted version", accept: 'application/openmetrics-text; version="1.0.0"', format: "openmetrics" },
  { name: "capital letters", accept: "Application/OpenMetrics-Text; Version=1.0.0; Q=1", format: "openmetrics" },
  { name: "a version that does not exist", accept: "application/openmetrics-text;version=9.0.0,text/plain;q=0.1", format: "text" },
  { name: "nothing that we have", accept: "image/png", format: "text" },
  { name: "a weight that is no number", accept: "application/openmetrics-text;q=much,text/plain;q=0.1", format: "text" },
] as const) {
  test(`the exposition for ${name} is ${format}`, () => assert.equal(expositionFormat(accept), format));
}

for (const { header, gzip } of [
  { header: undefined, gzip: false },
  { header: "gzip", gzip: true },
  { header: "gzip, deflate, br", gzip: true },
  { header: "GZIP;q=0.5", gzip: true },
  { header: "gzip;q=0", gzip: false },
  { header: "gzip;q=0.0, *", gzip: false },
  { header: "*", gzip: true },
  { header: "*;q=0", gzip: false },
  { header: "identity", gzip: false },
  { header: "identity, gzip;q=0.5", gzip: false },
  { header: "identity;q=0.5, gzip;q=0.8", gzip: true },
  { header: "br", gzip: false },
]) {
  test(`Accept-Encoding ${header ?? "left out"} ${gzip ? "takes" : "does not take"} gzip`, () => assert.equal(wantsGzip(header), gzip));
}

for (const { accept, stream } of [
  { accept: "text/event-stream", stream: true },
  { accept: "*/*", stream: false },
  { accept: undefined, stream: false },
  { accept: "application/json, text/event-stream;q=0.5", stream: false },
  { accept: "text/event-stream;q=0", stream: false },
]) {
  test(`Accept ${accept ?? "left out"} asks for ${stream ? "a stream" : "JSON"}`, () => assert.equal(wantsEventStream(accept), stream));
}
