# Three images of the same bot, by what answers in them: `--target cpu`, `cuda`, or `remote` (a server elsewhere; no torch).
# Debian 12 for its Python 3.11, the version that the tests run on. A mirror, or an image made from Debian's packages,
# does as well: `--build-arg BASE=...`.
ARG BASE=docker.io/library/debian:bookworm-slim

FROM ${BASE} AS base
# The fonts (5 MB and 3 MB) are for PDFs that do not bring their own: Chinese, Japanese and Korean; Russian and Greek.
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates python3 fonts-wqy-microhei fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/*

# pip stays in this stage: it is 20 MB, and nothing is installed later.
FROM base AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_CONSTRAINT=/build/constraints.txt
WORKDIR /build
RUN apt-get update && apt-get install -y --no-install-recommends python3-venv \
    && python3 -m venv /build/tools && python3 -m venv --without-pip /eyeglass
ENV PIP="/build/tools/bin/pip --python /eyeglass/bin/python"
COPY constraints.txt pyproject.toml README.md LICENSE ./

# The packages that each image needs, from the project's own list: its code is not here yet, as it changes more often.
FROM build AS packages-remote
# Of Babel only its reader of .po files is used, which wants the data of English alone; NumPy's tests test NumPy.
RUN ${PIP} install ".[remote,heic]" \
    && find /eyeglass/lib/python3.11/site-packages/babel/locale-data ! -name root.dat ! -name en.dat -type f -delete \
    && find /eyeglass/lib/python3.11/site-packages/numpy -type d -name tests -prune -exec rm -r {} +
# Only to colour the help, which is plain without it (14 MB).
RUN ${PIP} uninstall --yes rich pygments markdown-it-py mdurl

# The usual build of torch for Linux brings NVIDIA's libraries, 4 GB. Empty: torch comes from where all else comes from.
# RapidOCR, which reads print better than the pocket model, is there for those who ask for it (model.reader).
FROM build AS packages-cpu
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
RUN ${PIP} install --no-deps ${TORCH_INDEX:+--index-url ${TORCH_INDEX}} torch \
    && ${PIP} install ".[cpu,demo,heic,rapidocr]"

FROM build AS packages-cuda
RUN ${PIP} install ".[local,demo,heic,rapidocr]"

FROM build AS code
COPY api api
COPY assistant assistant
COPY bot bot
COPY cli cli
COPY model_service model_service
COPY playground playground
COPY web web
RUN ${PIP} install --no-deps .

# The pocket model's weights (39 MB) are of no use without torch.
FROM code AS code-remote
RUN rm /eyeglass/lib/python3.11/site-packages/model_service/pocket/*.safetensors

FROM base AS bot
RUN useradd --no-create-home --home-dir /data --uid 1000 eyeglass \
    && install -d -m 700 -o eyeglass -g eyeglass /data /models
WORKDIR /app
COPY settings.toml ./
ENV PATH=/eyeglass/bin:${PATH} PYTHONUNBUFFERED=1
# All that is written lies in the two volumes, so the root may be read-only: the database, the copies of pictures and what
# SQLite puts aside in /data; downloaded weights and compiled kernels in /models.
ENV EYEGLASS_STORAGE__PATH=/data TMPDIR=/data \
    EYEGLASS_MODEL__CACHE=/models/eyeglass HF_HOME=/models XDG_CACHE_HOME=/models \
    TRITON_CACHE_DIR=/models/triton CUDA_CACHE_PATH=/models/cuda
# Ports are published by whoever runs it; /health is served in any case, for the health check.
ENV EYEGLASS_WEB__HOST=0.0.0.0 EYEGLASS_WEB__HEALTH=true
EXPOSE 8080
VOLUME ["/data", "/models"]
USER eyeglass
# A restart helps what it calls unhealthy, and nothing else does: an outage of Telegram's or a model that loads is none.
HEALTHCHECK --interval=60s --timeout=20s --start-period=120s --retries=3 CMD ["eyeglass", "health"]
# SIGTERM lets running answers end: give it 90 s (stop_grace_period in compose.yaml; `docker stop --time 90`).
STOPSIGNAL SIGTERM
ENTRYPOINT ["eyeglass"]
CMD ["run"]

FROM bot AS remote
ENV TYPER_USE_RICH=false
COPY --from=packages-remote /eyeglass /eyeglass
COPY --from=code-remote /eyeglass /eyeglass

FROM bot AS cuda
# Triton, which compiles the kernels on the first start, wants a C compiler and Python's headers.
USER root
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev python3-dev && rm -rf /var/lib/apt/lists/*
USER eyeglass
ENV NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility
COPY --from=packages-cuda /eyeglass /eyeglass
COPY --from=code /eyeglass /eyeglass

# The last one is built where none is named.
FROM bot AS cpu
COPY --from=packages-cpu /eyeglass /eyeglass
COPY --from=code /eyeglass /eyeglass
