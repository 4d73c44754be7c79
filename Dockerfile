# One build, three images that share every layer but the last:
#   docker build --target source -t source-braze-currents .
#   docker build --target destination -t destination-segment-rudderstack .
#   docker build -t braze-currents .
ARG NODE=node:24-bookworm-slim
ARG VERSION=0.1.0

# What is built is the same for every platform, and holds what it uses of the packages.
FROM --platform=$BUILDPLATFORM ${NODE} AS build
WORKDIR /airbyte/connector
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json ./
COPY scripts scripts
COPY catalogs catalogs
COPY assembly assembly
COPY src src
RUN npm run build

FROM ${NODE} AS runtime
WORKDIR /airbyte/connector
# Compiled code is kept between starts where the file system can be written; the heap stays below the platform's 2 GiB.
ENV NODE_ENV=production \
    NODE_COMPILE_CACHE=/airbyte/cache \
    NODE_OPTIONS="--max-old-space-size=1400"
COPY --from=build /airbyte/connector/dist dist
COPY package.json spec.json spec.destination.json LICENSE ./
COPY catalogs catalogs
# Fills the compile cache with what the commands load, and fails the build if the connector cannot start.
RUN mkdir -p /airbyte/cache /tmp/warm \
 && node dist/main.js source spec > /dev/null \
 && node dist/main.js destination spec > /dev/null \
 && node dist/main.js sample --out /tmp/warm/export --events 200 > /dev/null \
 && echo '{"storage":{"provider":"local","path":"/tmp/warm/export"}}' > /tmp/warm/source.json \
 && echo '{"destination":{"service":"segment","write_key":"none"},"dry_run":true}' > /tmp/warm/destination.json \
 && node dist/main.js read --config /tmp/warm/source.json --catalog catalogs/configured/all_events.json > /tmp/warm/messages.jsonl \
 && node dist/main.js write --config /tmp/warm/destination.json --catalog catalogs/configured/all_events.json < /tmp/warm/messages.jsonl > /dev/null \
 && rm -r /tmp/warm \
 && chown -R 1000:1000 /airbyte/cache
USER 1000:1000

FROM runtime AS source
ARG VERSION
LABEL io.airbyte.name="source-braze-currents" io.airbyte.version="${VERSION}"
ENV AIRBYTE_ENTRYPOINT="node /airbyte/connector/dist/main.js source"
ENTRYPOINT ["node", "/airbyte/connector/dist/main.js", "source"]

FROM runtime AS destination
ARG VERSION
LABEL io.airbyte.name="destination-segment-rudderstack" io.airbyte.version="${VERSION}"
ENV AIRBYTE_ENTRYPOINT="node /airbyte/connector/dist/main.js destination"
ENTRYPOINT ["node", "/airbyte/connector/dist/main.js", "destination"]

FROM runtime AS cli
ARG VERSION
LABEL io.airbyte.name="braze-currents" io.airbyte.version="${VERSION}"
ENV AIRBYTE_ENTRYPOINT="node /airbyte/connector/dist/main.js"
ENTRYPOINT ["node", "/airbyte/connector/dist/main.js"]
