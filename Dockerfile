# Cosweep with the engines wasm and tensorflow. Make the image in the checkout, then run it on the current folder, as
# `cosweep` would:
#
#   docker build -t cosweep .
#   docker run --rm -it --init --network host --user "$(id -u):$(id -g)" -v "$PWD:/work" cosweep run my-question.json
#
# With NVIDIA cards (the driver and NVIDIA's container toolkit on the host):
#
#   docker build -t cosweep:cuda --build-arg TENSORFLOW=cuda .
#   docker run --gpus all … cosweep:cuda run my-question.json
#
# More in docs/install.md.

ARG NODE=node:20-slim

FROM ${NODE} AS build
WORKDIR /checkout
ENV COSWEEP_CACHE=/opt/cosweep/cache
# The steps are bin/image.js, which runs outside Docker too.
COPY bin bin
RUN node bin/image.js tools
COPY . .
RUN --mount=type=cache,target=/root/.npm node bin/image.js program /opt/cosweep
# cpu, cuda or none
ARG TENSORFLOW=cpu
RUN --mount=type=cache,target=/root/.npm --mount=type=cache,target=/root/.cache/pip \
    node bin/image.js engine /opt/cosweep "$TENSORFLOW"
# What was found here is not kept: the image runs elsewhere. Whoever runs it may write to the cache.
RUN node bin/image.js check /opt/cosweep "$TENSORFLOW" \
    && rm -rf "$COSWEEP_CACHE/engines" && mkdir -p "$COSWEEP_CACHE/engines" "$COSWEEP_CACHE/datasets" \
    && chmod a+rwx "$COSWEEP_CACHE" "$COSWEEP_CACHE/engines" "$COSWEEP_CACHE/datasets"

FROM ${NODE}
# Read by NVIDIA's container toolkit: which parts of the driver to bring in.
ENV COSWEEP_CACHE=/opt/cosweep/cache NVIDIA_DRIVER_CAPABILITIES=compute,utility
COPY --from=build /opt/cosweep /opt/cosweep
WORKDIR /work
ENTRYPOINT ["node", "/opt/cosweep/node_modules/cosweep/bin/cosweep.js"]
CMD ["--help"]
