# vrrpwatch in a container: Node, the program, the libraries that Node is linked against, and nothing else. No shell, no package manager.
# It runs as 10112, and /usr/bin/node carries CAP_NET_RAW: see docs/install.md for what it has to be started with, and why.
ARG NODE_IMAGE=docker.io/library/node:22-trixie-slim

FROM ${NODE_IMAGE} AS build
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends g++ libcap2-bin make python3
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY . .
ARG REVISION
RUN REVISION="${REVISION}" npm run build \
 && deploy/container/rootfs.sh /rootfs

FROM scratch
COPY --from=build /rootfs/ /
COPY --from=build --chown=10112:10112 /rootfs/run/vrrpwatch/ /run/vrrpwatch/
COPY --from=build --chown=10112:10112 /rootfs/var/lib/vrrpwatch/ /var/lib/vrrpwatch/
ARG REVISION
ARG VERSION
LABEL org.opencontainers.image.title="vrrpwatch" \
      org.opencontainers.image.description="VRRP monitoring agent and Prometheus exporter" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
USER 10112:10112
EXPOSE 10112
VOLUME ["/var/lib/vrrpwatch"]
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["/usr/bin/node", "/usr/lib/vrrpwatch/healthcheck.mjs"]
ENTRYPOINT ["/usr/bin/node", "/usr/lib/vrrpwatch/dist/main.js"]
CMD ["run"]
